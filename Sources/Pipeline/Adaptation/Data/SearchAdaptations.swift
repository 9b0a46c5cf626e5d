import Catalogue
import ExportFormat

/// Saved searches, and the views that replace pinned ones. The numbers are those of Sentry's migrations.
enum SearchAdaptations {
    static let all: [Adaptation] = [
        // 0335
        Adaptation("savedsearch", "of a project without organization is left out", readsOldField: true) { row in
            if !row.isNull("project"), row.isNull("organization") { row.leaveOut() }
        },
        // 0339
        Adaptation("savedsearch", "visibility is filled in by the owner", before: SentryVersion(22, 12)) { row in
            guard !row.has("visibility") else { return }
            row["visibility"] = .text(row.isNull("owner_id") ? "organization" : "owner_pinned")
        },
        // 0502
        Adaptation("savedsearch", "query of what is assigned to me gets my teams", before: SentryVersion(23, 7)) {
            row in
            guard let query = row.text("query"), let changed = AssignedTerm.withTeams(query) else { return }
            row["query"] = .text(changed)
        },
        // 0514
        Adaptation("savedsearch", "sort betterPriority becomes trends", before: SentryVersion(23, 7)) { row in
            if row.reads("sort", "betterPriority") { row["sort"] = .text("trends") }
        },
        // 0654
        Adaptation("savedsearch", "sort priority becomes trends", before: SentryVersion(24, 3)) { row in
            if row.reads("sort", "priority") { row["sort"] = .text("trends") }
        },
        // 0729
        Adaptation("groupsearchview", "takes the pinned search of its member", before: before, ifUnsure: .leave) {
            row in
            // The last pin of a member counts.
            guard row.context.isComplete else { return row.miss() }
            guard let organization = row.integer("organization"), let user = row.integer("user_id"),
                let position = row.integer("position"),
                let pin = row.context.pins.last(where: { $0.organization == organization && $0.user == user }),
                let view = views(pin).first(where: { $0["position"] == .integer(position) })
            else { return }
            for field in ["name", "query", "query_sort"] { row[field] = view[field] ?? .null }
        },
    ]

    private static let before = SentryVersion(24, 6)

    private static let prioritized = "is:unresolved issue.priority:[high, medium]"

    /// What a pinned search becomes: itself in front, and a search for what is urgent behind it.
    private static func views(_ pin: FileContext.Pin) -> [[String: FieldValue]] {
        let texts: [(String, FieldValue, FieldValue)] = [
            ("Default Search", pin.query, pin.sort), ("Prioritized", .text(prioritized), .text("date")),
        ]
        return texts.enumerated().map { position, view in
            [
                "organization": .integer(pin.organization), "user_id": .integer(pin.user), "name": .text(view.0),
                "query": view.1, "query_sort": view.2, "position": .integer(Int64(position)),
            ]
        }
    }

    /// 0729. Of several pinned searches of a member in an organization the last one counts.
    static let pinned = RowMaker(model: "sentry.groupsearchview", words: "made from pinned searches", before: before) {
        context, isSure in
        guard isSure else { return [] }
        var seen: Set<FileContext.Pair> = []
        let pins = context.pins.reversed().filter {
            context.accepts(organization: $0.organization)
                && seen.insert(.init(left: $0.organization, right: $0.user)).inserted
        }
        return pins.reversed().flatMap { pin in
            let taken = context.views[.init(left: pin.organization, right: pin.user)] ?? []
            return views(pin).filter { !taken.contains($0["position"] == .integer(0) ? 0 : 1) }
        }
    }

    static let collectors: [Collector] = [
        Collector("savedsearch", before: before) { row in
            guard row.reads("visibility", "owner_pinned"), let organization = row.integer("organization"),
                let user = row.integer("owner_id")
            else { return }
            row.context.pins.append(
                .init(organization: organization, user: user, query: row["query"], sort: row["sort"]))
        },
        Collector("groupsearchview", before: before) { row in
            guard let organization = row.integer("organization"), let user = row.integer("user_id"),
                let position = row.integer("position")
            else { return }
            row.context.views[.init(left: organization, right: user), default: []].insert(position)
        },
    ]
}
