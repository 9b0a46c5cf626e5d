import Catalogue
import Foundation
import Testing
import Undo

@testable import Import
@testable import Ledger
@testable import Storage

/// What an import has brought goes, and nothing else.
@Suite struct UndoTests {
    /// An installation with a ledger; `isSplit` puts each silo into a database of its own.
    struct Setting: Sendable, CustomTestStringConvertible {
        let engine: Engine
        let isSplit: Bool

        var testDescription: String { "\(engine.rawValue)\(isSplit ? ", split silos" : "")" }

        static let all = Engine.allCases.flatMap {
            [Setting(engine: $0, isSplit: false), Setting(engine: $0, isSplit: true)]
        }

        func site() throws -> Site {
            let site = try Site(engine, isSplit: isSplit)
            _ = try LedgerAdmin(site.destination.region).migrate(toolVersion: "test", now: fixedNow)
            return site
        }
    }

    @Test(arguments: Setting.all) func aUsersImportGoes(_ setting: Setting) throws {
        let site = try setting.site()
        let before = try site.everything()
        let work = try site.begin(uuidA, .users)
        try work.add("sentry.user", [(1, user("ada", "Ada@x.com")), (2, user("bob", "bob@x.com"))])
        try work.add("sentry.email", [(1, #"{"email":"ada@x.com"}"#)])
        try work.add("sentry.useroption", [(1, #"{"user":1,"key":"timezone","value":"\"UTC\""}"#)])
        try work.complete()
        #expect(try site.rows("sentry_email").count == 2)
        #expect(try site.rows("sentry_useremail").count == 2)
        let summary = try site.undo(uuidA)
        #expect(summary.tables["auth_user"]?.removed == 2 && summary.tables["sentry_email"]?.removed == 2)
        #expect(summary.totals.removed == 9, "\(summary.tables)")
        #expect(try site.everything() == before)
        #expect(try site.entry(uuidA)?.ended(.undone) == true)
    }

    @Test(arguments: Setting.all) func anOrganizationsImportGoesWithItsMirrors(_ setting: Setting) throws {
        let site = try setting.site()
        try site.importOrganization(uuidA)
        let before = try site.everything()
        try site.importOrganization(uuidB)
        #expect(try site.rows("sentry_organizationmembermapping").count == 2)
        try site.undo(uuidB)
        try site.expect(before)
        try site.undo(uuidA)
        #expect(try site.everything().filter { !$0.value.isEmpty }.keys.isEmpty)
    }

    /// The values before come back; a column that somebody has changed since stays.
    @Test(arguments: Setting.all) func overwrittenValuesComeBack(_ setting: Setting) throws {
        let site = try setting.site()
        func options(_ value: Int) -> [(pk: Int64, fields: String)] {
            [
                (pk: Int64(1), fields: #"{"key":"a","value":"\#(value)"}"#),
                (pk: 2, fields: #"{"key":"b","value":"\#(value)"}"#),
            ]
        }
        let flags = ImportFlags(overwriteConfigs: true)
        try site.begin(uuidA, .config).add("sentry.option", options(1))
        let before = try site.everything()
        try site.begin(uuidB, .config, flags).add("sentry.option", options(2))
        #expect(try site.texts("sentry_option", "value") == ["2", "2"])
        #expect(try site.undo(uuidB).tables["sentry_option"]?.restored == 2)
        try site.expect(before)

        try site.begin(uuidB, .config, flags).add("sentry.option", options(2))
        let option = try #require(Catalogue.standard.table("sentry_option"))
        try site.destination.region.update(Update(option, set: ["value"], rows: [[.integer(1), .text("9")]]))
        let counts = try site.undo(uuidB).tables["sentry_option"]
        #expect(counts?.restored == 1 && counts?.kept == 1, "\(String(describing: counts))")
        #expect(try site.texts("sentry_option", "value") == ["9", "1"])
    }

    /// Undone in the order in which they came: the later import gets the value to restore.
    @Test(arguments: Setting.all) func anEarlierImportMayGoFirst(_ setting: Setting) throws {
        let site = try setting.site()
        func role(_ permission: String) -> [(pk: Int64, fields: String)] {
            [(pk: 1, fields: #"{"name":"r","permissions":"['\#(permission)']"}"#)]
        }
        let flags = ImportFlags(overwriteConfigs: true)
        try site.begin("cccccccc-0000-4000-8000-000000000003", .config).add("sentry.userrole", role("old"))
        let before = try site.everything()
        try site.begin(uuidA, .config, flags).add("sentry.userrole", role("a"))
        try site.begin(uuidB, .config, flags).add("sentry.userrole", role("b"))
        try site.undo(uuidA)
        #expect(try site.column("sentry_userrole", "permissions") == [.textArray(["b"])])
        try site.undo(uuidB)
        try site.expect(before)
    }

    /// A row that is written twice, and keys that occur twice in a file, are known all the same.
    @Test(arguments: Setting.all) func repeatedKeysGo(_ setting: Setting) throws {
        let site = try setting.site()
        try site.begin(uuidA, .users).add(
            "sentry.email", [(1, #"{"email":"x@x.com","date_added":"2020-01-01T00:00:00Z"}"#)])
        let before = try site.everything()
        let work = try site.begin(uuidB, .users)
        try work.add("sentry.user", [(1, user("ada", "x@x.com")), (1, user("eve", "eve@x.com"))])
        try work.add("sentry.email", [(1, #"{"email":"X@x.com","date_added":"2021-01-01T00:00:00Z"}"#)])
        try work.add("sentry.email", [(2, #"{"email":"x@X.com","date_added":"2022-01-01T00:00:00Z"}"#)], from: 2)
        try work.complete()
        #expect(try site.texts("auth_user", "username") == ["ada", "eve"])
        try site.undo(uuidB)
        try site.expect(before)
    }

    // MARK: What stands in the way

    @Test(arguments: Setting.all) func laterReferencesAreRefused(_ setting: Setting) throws {
        let site = try setting.site()
        try site.importOrganization(uuidA)
        let user = try #require(try site.column("auth_user", "id").first)
        let organization = try #require(try site.column("sentry_organization", "id").first)
        let ips = try #require(Catalogue.standard.table("sentry_userip"))
        try site.destination.control.insert(
            Insert(
                into: ips, columns: ["id", "user_id", "ip_address", "first_seen", "last_seen"],
                rows: [[.integer(77), user, .text("10.0.0.1"), .timestamp(0), .timestamp(0)]]))
        let teams = try #require(Catalogue.standard.table("sentry_team"))
        try site.destination.region.insert(
            Insert(
                into: teams, columns: ["id", "organization_id", "slug", "name", "status", "date_added"],
                rows: [[.integer(88), organization, .text("late"), .text("Late"), .integer(0), .timestamp(0)]]))
        let before = try site.everything()
        let plan = try site.plan(uuidA)
        #expect(
            plan.summary.blockers.map(\.words) == [
                "1 row of sentry_team (organization_id → sentry_organization): 88",
                "1 row of sentry_userip (user_id → auth_user): 77",
            ], "\(plan.summary.blockers.map(\.words))")
        #expect(plan.refusal?.reason.hasPrefix("2 rows of others refer to what would be removed: ") == true)
        #expect(try site.everything() == before)
        let cascaded = try site.plan(uuidA, cascade: [("sentry_userip", 77), ("sentry_team", 88)])
        #expect(cascaded.refusal == nil, "\(cascaded.summary.blockers)")
        try site.undo(uuidA, cascade: [("sentry_userip", 77), ("sentry_team", 88)])
        #expect(try site.everything().allSatisfy { $0.value.isEmpty })
        #expect(throws: UndoRefusal.self) { try site.plan(uuidA, cascade: [("no_such_table", 1)]) }
    }

    /// Tables that the catalogue does not know are found by their foreign keys.
    @Test(arguments: Engine.allCases) func unknownTablesAreFound(_ engine: Engine) throws {
        let site = try Setting(engine: engine, isSplit: false).site()
        try site.importOrganization(uuidA)
        let user = try #require(try site.column("auth_user", "id").first?.integer)
        try site.execute(
            """
            CREATE TABLE plugin_note
            (id integer PRIMARY KEY, author integer REFERENCES auth_user (id) DEFERRABLE INITIALLY DEFERRED)
            """)
        try site.execute("INSERT INTO plugin_note VALUES (5, \(user))")
        let plan = try site.plan(uuidA)
        #expect(plan.summary.blockers.map(\.words) == ["1 row of plugin_note (author → auth_user): 5"])
        try site.undo(uuidA, cascade: [("plugin_note", 5)])
        #expect(try site.rows("auth_user").isEmpty)
    }

    /// An import that has merged into the users of another one needs them.
    @Test(arguments: Setting.all) func laterImportsAreNamed(_ setting: Setting) throws {
        let site = try setting.site()
        let start = try site.everything()
        let first = try site.begin(uuidA, .users)
        try first.add("sentry.user", [(1, user("ada", "ada@x.com"))])
        try first.complete()
        let before = try site.everything()
        let merging = try site.begin(uuidB, .users, ImportFlags(mergeUsers: true))
        try merging.add("sentry.user", [(1, user("ada", "ada@x.com")), (2, user("bob", "bob@x.com"))])
        try merging.complete()
        let id = try site.column("auth_user", "id")[0].integer ?? 0
        #expect(
            try site.plan(uuidA).summary.blockers.map(\.words) == [
                "import \(uuidB) has matched 1 row of auth_user: \(id)"
            ])
        try site.undo(uuidB)
        try site.expect(before)
        try site.undo(uuidA)
        try site.expect(start)
    }

    /// An address that another user has stays.
    @Test(arguments: Setting.all) func sharedAddressesStay(_ setting: Setting) throws {
        let site = try setting.site()
        for (uuid, name) in [(uuidA, "ada"), (uuidB, "eve")] {
            let work = try site.begin(uuid, .users)
            try work.add("sentry.user", [(1, user(name, "same@x.com"))])
            try work.complete()
        }
        #expect(try site.undo(uuidA).tables["sentry_email"]?.kept == 1)
        #expect(try site.texts("sentry_email", "email") == ["same@x.com"])
        #expect(try site.texts("auth_user", "username") == ["eve"])
    }

    // MARK: Without a ledger

    @Test(arguments: Engine.allCases) func withoutALedgerInsertedRowsGo(_ engine: Engine) throws {
        let site = try Site(engine)
        try site.importOrganization(uuidA)
        let summary = try site.undo(uuidA)
        // Nobody knows whether the address was there before.
        #expect(Set(try site.snapshot().keys) == ["sentry_email"])
        #expect(summary.tables["sentry_email"] == nil, "no chunk row names it")
    }

    @Test(arguments: Engine.allCases) func whatIsForgottenIsRefused(_ engine: Engine) throws {
        let site = try Site(engine)
        let option = [(pk: Int64(1), fields: #"{"key":"a","value":"1"}"#)]
        try site.worker(.config, uuid: uuidA).add("sentry.option", option)
        try site.worker(.config, ImportFlags(overwriteConfigs: true), uuid: uuidB).add("sentry.option", option)
        #expect(
            throws: UndoRefusal.impossible(
                "the import has overwritten 1 row of sentry.option, and nobody remembers what they held: there was no "
                    + "ledger, or that of an earlier version")
        ) { try site.plan(uuidB) }
        #expect(
            throws: UndoRefusal.impossible("a Global import clears tables: what they held is not remembered")
        ) { try site.plan(uuidA, scope: .global) }
    }

    /// An import that began with the ledger of an earlier version: what it has overwritten then is not remembered.
    @Test(arguments: Engine.allCases) func anEarlierLedgerRemembersLess(_ engine: Engine) throws {
        let site = try Setting(engine: engine, isSplit: false).site()
        try site.importOrganization(uuidA)
        let entry = try #require(try site.entry(uuidA))
        let imports = OwnTables.standard.imports
        try site.destination.region.update(Update(imports, set: ["format"], rows: [[.integer(entry.id), .integer(1)]]))
        try site.destination.region.delete(from: OwnTables.standard.inserted, where: [])
        try site.undo(uuidA)
        #expect(
            Set(try site.everything().keys) == ["Region sentry_email"], "nobody knows whether the address was there")
    }

    // MARK: Seeded

    /// Several imports of random rows, undone one after the other from the newest: after each the database is what it was
    /// before the import.
    @Test(arguments: seeds) func importsGoInReverse(_ seed: UInt64) throws {
        var random = SeededImports(seed)
        let site = try Setting.all[Int(seed) % Setting.all.count].site()
        var states: [(uuid: String, before: [String: [[Value]]])] = []
        let count = 2 + Int(seed % 3)
        for number in 1...count {
            let uuid = "dddddddd-0000-4000-8000-00000000000\(number)"
            states.append((uuid, try site.everything()))
            try random.run(site, uuid, number, endsEarly: number == count && seed % 4 == 0)
        }
        for state in states.reversed() {
            try site.undo(state.uuid)
            try site.expect(state.before, "seed \(seed), \(state.uuid)")
        }
    }

    /// More with `RELOCATION_UNDO_SEEDS`.
    private static var seeds: [UInt64] {
        Array(1...(ProcessInfo.processInfo.environment["RELOCATION_UNDO_SEEDS"].flatMap(UInt64.init) ?? 20))
    }
}

private func user(_ name: String, _ email: String) -> String {
    #"{"username":"\#(name)","name":"","email":"\#(email)"}"#
}

extension Site {
    /// A worker of a new import that the ledger remembers, if there is one.
    func begin(_ uuid: String, _ scope: ImportScope, _ flags: ImportFlags = ImportFlags()) throws -> RelocationImport {
        var origin = ImportOrigin()
        origin.scope = scope.rawValue
        let register = try ImportRegister(uuid, origin, in: destination)
        try register.reopen()
        return try worker(scope, flags, uuid: uuid, register: register)
    }

    /// An organization with a team, a member, a project and what derives from them.
    func importOrganization(_ uuid: String) throws {
        let work = try begin(uuid, .organizations)
        try addBasics(work)
        try work.add("sentry.organizationmember", [(1, #"{"organization":10,"user_id":20,"role":"owner"}"#)])
        try work.add("sentry.organizationmemberteam", [(1, #"{"organizationmember":1,"team":30,"is_active":true}"#)])
        try work.provisionSlugs(now: fixedNow)
        for model in work.modelsToDerive { try work.derive(model, now: fixedNow) }
    }

    func plan(
        _ uuid: String, cascade: [(String, Int64)] = [], scope: ImportScope = .organizations
    ) throws -> UndoPlan {
        let footprint = try Footprint(uuid, in: destination, .standard)
        return try UndoPlanner(footprint, in: destination, .standard).plan(
            cascade: cascade.map { (table: $0.0, id: $0.1) }, scope: scope.rawValue)
    }

    /// Undoes an import as a worker does; what was done.
    @discardableResult
    func undo(_ uuid: String, cascade: [(String, Int64)] = []) throws -> UndoSummary {
        let footprint = try Footprint(uuid, in: destination, .standard)
        let plan = try plan(uuid, cascade: cascade)
        #expect(plan.refusal == nil, "\(plan.summary.blockers.map(\.words))")
        let work = UndoWork(plan, of: footprint, in: destination, .standard)
        let counted = try work.count()
        var summary = plan.summary
        try work.mark("undone")
        try work.restore(&summary) { _, _ in }
        try work.remove(&summary) { _, _ in }
        try work.forgetControl()
        try work.forget("undone")
        #expect(counted == summary, "the counts say what is done: \(counted.tables) \(summary.tables)")
        return summary
    }

    func entry(_ uuid: String) throws -> ImportEntry? {
        try Footprint(uuid, in: destination, .standard).entry
    }

    /// All rows of all tables of Sentry's in both databases, by database and table, and the ledger's records of rows.
    func everything() throws -> [String: [[Value]]] {
        var out: [String: [[Value]]] = [:]
        let own = OwnTables.standard
        for silo in destination.isSplit ? [Silo.region, .control] : [.region] {
            let database = destination.database(of: silo)
            let tables = Catalogue.standard.tables + [own.written, own.before, own.inserted, own.notices]
            for table in tables where try database.schema.hasTable(table.name) {
                let columns = table.columns.filter { !$0.isDatabaseOnly }.map(\.name)
                let rows = try database.select(Select(columns, from: table))
                if !rows.isEmpty { out["\(silo.rawValue) \(table.name)"] = rows }
            }
        }
        return out
    }

    func expect(_ before: [String: [[Value]]], _ words: String = "") throws {
        let now = try everything()
        for name in Set(before.keys).union(now.keys).sorted() where before[name] != now[name] {
            Issue.record("\(words) \(name) differs: \(before[name] ?? []) → \(now[name] ?? [])")
        }
    }
}
