import Catalogue
import ExportFormat

/// Dashboards and their widgets. The numbers are those of Sentry's migrations.
enum DashboardAdaptations {
    static let all: [Adaptation] = [
        // 0227
        Adaptation("dashboard", "visits and last_visited are filled in", before: SentryVersion(21, 9)) { row in
            if row.isNull("visits") { row["visits"] = .integer(1) }
            if row.isNull("last_visited") { row.forget("last_visited") }
        },
        // 0521
        Adaptation("dashboardwidget", "a world map becomes a table", before: SentryVersion(23, 8)) { row in
            if row.integer("display_type") == worldMap { row["display_type"] = .integer(4) }
        },
        // 0744
        Adaptation("dashboardwidget", "dataset_source is 0", before: SentryVersion(24, 8)) {
            if !$0.has("dataset_source") { $0.note() }
        },
        // 0268
        Adaptation("dashboardwidgetquery", "fields of issues get their new names", before: SentryVersion(22, 2)) {
            row in
            guard let fields = row.texts("fields") else { return }
            let renamed = fields.map { issueFields[$0] ?? $0 }
            if renamed != fields { row.set("fields", renamed) }
        },
        // 0277
        Adaptation("dashboardwidgetquery", "fields are split into columns and aggregates", before: SentryVersion(22, 4))
        {
            row in
            guard row.texts("columns")?.isEmpty == true, row.texts("aggregates")?.isEmpty == true,
                let fields = row.texts("fields"), !fields.isEmpty
            else { return }
            row.set("columns", fields.filter { !AggregateName.isAggregate($0) })
            row.set("aggregates", fields.filter(AggregateName.isAggregate))
        },
        // 0289
        Adaptation("dashboardwidgetquery", "orderby names the aggregate itself", before: SentryVersion(22, 6)) { row in
            guard let order = row.text("orderby"), !order.isEmpty, let aggregates = row.texts("aggregates") else {
                return
            }
            let alias = String(order.drop { $0 == "-" })
            // Of several with this alias the last one counts.
            guard let aggregate = aggregates.last(where: { AggregateName.alias($0) == alias }), aggregate != alias
            else {
                return
            }
            row["orderby"] = .text((order.hasPrefix("-") ? "-" : "") + aggregate)
        },
        // 0521
        Adaptation("dashboardwidgetquery", "of a world map shows countries and regions", before: SentryVersion(23, 8)) {
            row in
            if let widget = row.integer("widget"), row.known(row.context.worldMaps[widget]) == true {
                showCountries(row)
            }
        },
        // 0675
        Adaptation("dashboardwidgetquery", "orderby priority becomes trends", before: SentryVersion(24, 3)) { row in
            if row.reads("orderby", "priority") { row["orderby"] = .text("trends") }
        },
        // 0643, 0678
        Adaptation("dashboardwidgetquery", "is_hidden is false, date_modified now", before: SentryVersion(24, 4)) {
            if !$0.has("is_hidden") || !$0.has("date_modified") { $0.note() }
        },
        // 0638
        Adaptation("dashboardwidgetqueryondemand", "date_added is now", before: SentryVersion(24, 2)) {
            if !$0.has("date_added") { $0.note() }
        },
    ]

    private static let worldMap: Int64 = 5

    private static let issueFields = [
        "count": "events", "userCount": "users", "lifetimeCount": "lifetimeEvents",
        "lifetimeUserCount": "lifetimeUsers",
    ]

    private static func showCountries(_ row: OldRow) {
        let conditions = row.text("conditions") ?? ""
        if !conditions.contains("has:geo.country_code") {
            row["conditions"] = .text(conditions + " has:geo.country_code")
        }
        for field in ["columns", "fields"] {
            guard let before = row.texts(field) else { continue }
            let added = ["geo.country_code", "geo.region"].filter { !before.contains($0) }
            if !added.isEmpty { row.set(field, added + before) }
        }
    }

    static let collectors: [Collector] = [
        Collector("dashboardwidget", before: SentryVersion(23, 8)) { row in
            if let key = row.key { row.context.worldMaps[key] = row.original("display_type") == worldMap }
        }
    ]
}
