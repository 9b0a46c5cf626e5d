import Catalogue
import Foundation
import ProgramSupport
import Storage
import TestSupport
import Testing

/// A plan of an import into another version of Sentry tells what is lost there, and the import agrees with it.
@Suite struct PlanVersionTests {
    /// What the destination is.
    enum Place: CaseIterable {
        /// June 2026, without models that are gone by then.
        case newest
        /// 24.3: without the columns and models that came later.
        case older
        /// 24.9 after changes of some tables.
        case changed

        var tables: [Table] {
            switch self {
            case .newest:
                Catalogue.newest.tables.filter {
                    !["sentry_neglectedrule", "sentry_dashboardwidget"].contains($0.name)
                }
            case .older: Self.olderTables
            case .changed: Catalogue.standard.tables
            }
        }

        var changes: [String] {
            switch self {
            case .newest: Self.migrated("0001_squashed_1118_add_things")
            case .older: Self.migrated("0651_things")
            case .changed:
                [
                    "ALTER TABLE auth_user DROP COLUMN avatar_type",
                    "ALTER TABLE sentry_dashboard DROP COLUMN filters",
                    "ALTER TABLE sentry_savedsearch RENAME TO sentry_savedsearch_later",
                    "ALTER TABLE sentry_organization ADD COLUMN later boolean NOT NULL DEFAULT false",
                ]
            }
        }

        /// A part of what is lost, worked out by hand.
        var adapted: [String: Int] {
            switch self {
            case .newest: ["sentry.rule.written and not run, the destination has moved to workflows": 2]
            case .older: ["sentry.rule.owner_user_id: the destination has no such column": 1]
            case .changed:
                [
                    "sentry.user.avatar_type: the destination has no such column": 1,
                    "sentry.dashboard.filters: the destination has no such column": 1,
                ]
            }
        }

        /// Model → rows that are dropped.
        var dropped: [String: Int] {
            switch self {
            case .newest: ["sentry.neglectedrule": 1, "sentry.dashboardwidget": 1]
            case .older: ["sentry.groupsearchview": 1]
            case .changed: [:]
            }
        }

        private static func migrated(_ name: String) -> [String] {
            [
                "CREATE TABLE django_migrations (id integer PRIMARY KEY, app varchar(255), name varchar(255))",
                "INSERT INTO django_migrations VALUES (1, 'sentry', '\(name)')",
            ]
        }

        private static var olderTables: [Table] {
            let form = VersionForm(SentryVersion(24, 3))
            let models = Catalogue.standard.models.compactMap { model -> Table? in
                guard form.name(of: model) != nil else { return nil }
                let columns = model.columns.filter { $0.isPrimaryKey || form.field(of: $0, in: model) != nil }
                let names = Set(columns.map(\.name))
                guard columns.count < model.columns.count else { return model.table }
                return Table(
                    live: model.table.name, columns: columns,
                    uniques: model.table.uniques.filter { names.isSuperset(of: $0.columns) },
                    hasIdentity: model.table.hasIdentity)
            }
            return models + Catalogue.standard.otherTables
        }
    }

    private static func row(_ model: String, _ pk: Int, _ fields: String) -> String {
        #"{"model": "sentry.\#(model)", "pk": \#(pk), "fields": {\#(fields)}}"#
    }

    private static let rows = [
        row("organization", 1, #""name": "Acme", "slug": "acme", "flags": "1""#),
        row("user", 5, #""username": "ann", "email": "ann@example.com", "password": "x", "avatar_type": 1"#),
        row("user", 6, #""username": "bob", "email": "bob@example.com", "password": "x", "avatar_type": 0"#),
        row("team", 3, #""organization": 1, "name": "Ops", "slug": "ops""#),
        row("project", 2, #""organization": 1, "name": "Shop", "slug": "shop""#),
        row("organizationmember", 7, #""organization": 1, "user_id": 5, "role": "owner", "inviter_id": 98"#),
        row("organizationmember", 8, #""organization": 1, "user_id": 99, "role": "owner""#),
        row("projectkey", 9, #""project": 2, "label": "K", "use_case": "user""#),
        row("rule", 10, #""project": 2, "label": "R", "data": "{\"actions\":[]}", "owner_user_id": 5"#),
        row("rule", 11, #""project": 2, "label": "S", "data": "{\"actions\":[]}""#),
        row(
            "neglectedrule", 12,
            #""organization": 1, "rule": 11, "disable_date": "2024-08-01T00:00:00Z", "opted_out": false"#),
        row("savedsearch", 13, #""organization": 1, "type": 0, "name": "S", "query": "is:unresolved", "sort": "date""#),
        row("dashboard", 14, #""organization": 1, "title": "D", "created_by_id": 5, "filters": {"a": [1]}"#),
        row("dashboardwidget", 15, #""dashboard": 14, "order": 1, "title": "W", "display_type": 0"#),
        row(
            "groupsearchview", 16,
            #""organization": 1, "user_id": 5, "name": "V", "query": "a", "query_sort": "date", "position": 0"#),
    ]

    @Test(arguments: [LedgerSite.Form.sqlite, .postgres], Place.allCases)
    func theImportAgrees(_ form: LedgerSite.Form, _ place: Place) throws {
        let site = try LedgerSite(form, ledger: false, tables: place.tables)
        for sql in place.changes { try execute(sql, site) }
        let text = "[\n\(Self.rows.joined(separator: ",\n"))\n]"
        let path = try site.installation.folder.write(text, to: "import.json")
        let out = site.installation.folder.file("plan.json")
        let before = try counts(site, place)

        let planning = try site.start(enqueuing: ["plan", "organizations", "--json", "--out", out, path])
        let worker = try site.start("run")
        let planned = try planning.result()
        try #require(planned.code == 0, "\(planned.errors)")
        #expect(try counts(site, place) == before, "a plan writes nothing")
        let importing = try site.start(enqueuing: ["organizations", "--plan", out, "--wait", path])
        let imported = try importing.result()
        worker.process.signal(SIGTERM)
        _ = try worker.result()
        try #require(imported.code == 0, "\(imported.errors)")

        let document = try object(planned.output)
        let plan = try #require(document["plan"] as? [String: Any])
        let uuid = imported.output.trimmingCharacters(in: .newlines)
        let status = try site.installation.status(uuid)
        let (expected, models) = (Self.models(plan), Self.models(status))
        #expect(models == expected)
        #expect(models.values.flatMap(\.values).reduce(0, +) == Self.rows.count)
        for (model, rows) in place.dropped { #expect(models[model]?["dropped"] == rows, "\(model): \(models)") }

        let told = (document["adapted"] as? [String: Int] ?? [:])
            .merging(plan["adapted"] as? [String: Int] ?? [:]) { $0 + $1 }
        #expect(status["adapted"] as? [String: Int] == told)
        #expect(told.merging(place.adapted) { $1 } == told, "\(told)")
        let lists = try ["adapted", "dropped"].map { command in
            try object(site.installation.enqueue(command, uuid, "--json").output)["rows"] as? [Any] ?? []
        }
        #expect(lists[0].count == told.values.reduce(0, +))
        #expect(lists[1].count == models.values.compactMap { $0["dropped"] }.reduce(0, +))

        let tables = try #require(plan["tables"] as? [String: Int])
        #expect(try counts(site, place).filter { $1 > 0 } == tables.filter { $1 > 0 })
    }

    private func object(_ text: String) throws -> [String: Any] {
        try #require(try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any], "\(text)")
    }

    /// Model → inserted, existing, overwritten, dropped.
    private static func models(_ report: [String: Any]) -> [String: [String: Int]] {
        (report["models"] as? [String: [String: Any]] ?? [:]).mapValues { counts in
            let dropped = (counts["dropped"] as? [String: Int])?.values.reduce(0, +) ?? counts["dropped"] as? Int ?? 0
            return ["inserted", "existing", "overwritten"].reduce(into: ["dropped": dropped]) {
                $0[$1] = counts[$1] as? Int
            }
        }
    }

    private func execute(_ sql: String, _ site: LedgerSite) throws {
        if site.databaseURL.hasPrefix("sqlite") {
            #expect(try sqlite(site.regionPath, sql) == "")
        } else {
            try PostgresServer.shared().sql(sql, url: site.databaseURL)
        }
    }

    /// Table of the catalogue → rows, as it is called there.
    private func counts(_ site: LedgerSite, _ place: Place) throws -> [String: Int] {
        let database = try site.database(.region)
        var counts: [String: Int] = [:]
        for table in place.tables {
            let name = place == .changed && table.name == "sentry_savedsearch" ? "\(table.name)_later" : table.name
            let found = Table(live: name, columns: table.columns.filter(\.isPrimaryKey))
            counts[table.name] = try database.select(Select(["id"], from: found)).count
        }
        return counts
    }
}
