import Catalogue
import Foundation
import Testing

@testable import Import
@testable import Ledger
@testable import Storage

/// An import on an overlay does what it does on the database itself, and the database stays as it is.
@Suite struct OverlayTests {
    private let uuidP = "cccccccc-0000-4000-8000-00000000000c"

    /// Overlays over a site's databases while they are only read.
    private func overlays(_ site: Site) throws -> [OverlayDatabase] {
        let databases =
            site.destination.isSplit ? [site.destination.region, site.destination.control] : [site.destination.region]
        return try databases.map { database in
            try database.beginReading(snapshot: nil)
            return try OverlayDatabase(over: database, catalogue: .standard, inMemory: false)
        }
    }

    private func destination(_ overlays: [OverlayDatabase]) -> Destination {
        overlays.count == 1 ? Destination(overlays[0]) : Destination(region: overlays[0], control: overlays[1])
    }

    private func context(_ uuid: String, _ scope: ImportScope, _ flags: ImportFlags) -> ImportContext {
        var context = ImportContext(importUUID: uuid, scope: scope, flags: flags)
        context.nameSeed = "seed"
        return context
    }

    /// Source row → kind, and the id of the row that was there before; 0 for a new one.
    private func fates(_ work: RelocationImport, isNew: (Int64, Model) -> Bool) -> [String: [String]] {
        var out: [String: [String]] = [:]
        for model in Catalogue.standard.models {
            work.map.entries(of: model.name).forEach { sourcePK, entry in
                let id = isNew(entry.newPK, model) ? 0 : entry.newPK
                out[model.name, default: []].append("\(sourcePK) \(entry.kind) \(id)")
            }
        }
        return out
    }

    /// Several imports of random rows, each on an overlay first.
    @Test(arguments: seeds) func aPlanAgreesRowForRow(_ seed: UInt64) throws {
        var random = SeededImports(seed)
        let site = try UndoTests.Setting.all[Int(seed) % UndoTests.Setting.all.count].site()
        for number in 1...3 {
            let before = try site.everything()
            var planning = random
            let overlays = try overlays(site)
            var planned: RelocationImport?
            try planning.run(number, endsEarly: false) { scope, flags in
                let work = try RelocationImport(context(uuidP, scope, flags), into: destination(overlays))
                planned = work
                return work
            }
            let plan = try #require(planned)
            let expected = fates(plan) { id, model in
                overlays[model.silo == .control ? overlays.count - 1 : 0].isFresh(id, of: model.table)
            }
            let rows = overlays.reduce(into: [:]) { $0.merge($1.insertedRows) { $0 + $1 } }
            site.destination.rollback()
            #expect(try site.everything() == before, "seed \(seed): nothing is written")

            let ids = try ids(site)
            var done: RelocationImport?
            try random.run(number, endsEarly: false) { scope, flags in
                let work = try RelocationImport(
                    context("dddddddd-0000-4000-8000-00000000000\(number)", scope, flags), into: site.destination)
                done = work
                return work
            }
            let found = fates(try #require(done)) { id, model in !(ids[model.table.name]?.contains(id) ?? false) }
            #expect(found == expected, "seed \(seed), import \(number)")
            let pairs = zip(random.outcomes, planning.outcomes)
            #expect(random.outcomes.count == planning.outcomes.count)
            #expect(pairs.allSatisfy { $0.account == $1.account && $0.drops == $1.drops && $0.renames == $1.renames })
            for (table, count) in rows {
                let grown = try site.rows(table).count - (ids[table]?.count ?? 0)
                #expect(grown == count, "seed \(seed), import \(number): \(table)")
            }
        }
    }

    /// Table → the ids of its rows.
    private func ids(_ site: Site) throws -> [String: Set<Int64>] {
        var out: [String: Set<Int64>] = [:]
        for (name, rows) in try site.snapshot() { out[name] = Set(rows.compactMap { $0["id"]?.integer }) }
        return out
    }

    /// More with `RELOCATION_PLAN_SEEDS`.
    private static var seeds: [UInt64] {
        Array(1...(ProcessInfo.processInfo.environment["RELOCATION_PLAN_SEEDS"].flatMap(UInt64.init) ?? 24))
    }

    // MARK: One statement at a time

    /// A database with two users, ids 1 and 2, and an overlay over it.
    private func users(_ engine: Engine) throws -> (site: Site, overlay: OverlayDatabase, table: Table) {
        let site = try Site(engine)
        try site.worker(.users).add(
            "sentry.user",
            [(1, #"{"username":"ada","email":"a@x.com"}"#), (2, #"{"username":"bob","email":"b@x.com"}"#)])
        return (site, try overlays(site)[0], try #require(Catalogue.standard.table("auth_user")))
    }

    @Test(arguments: Engine.allCases) func readsSeeBothInOrder(_ engine: Engine) throws {
        let (site, overlay, table) = try users(engine)
        defer { site.destination.rollback() }
        let new = try overlay.reserveIDs(1, for: table)[0]
        #expect(new == 1 << 30)
        try overlay.begin()
        try insert(new, "abe", overlay, table)
        try overlay.update(Update(table, set: ["username"], rows: [[.integer(1), .text("zoe")]]))
        func names(_ query: Select) throws -> [String?] { try overlay.select(query).map { $0[0].text } }
        #expect(try names(Select(["username"], from: table)) == ["zoe", "bob", "abe"])
        #expect(try names(Select(["username"], from: table, orderBy: "username")) == ["abe", "bob", "zoe"])
        #expect(try names(Select(["username"], from: table, orderBy: "username", limit: 2)) == ["abe", "bob"])
        #expect(try names(Select(["username"], from: table, where: [.equals("username", .text("ada"))])).isEmpty)
        #expect(try names(Select(["username"], from: table, where: [.greaterThan("id", .integer(2))])) == ["abe"])
        #expect(try overlay.delete(from: table, where: [.equals("id", .integer(2))]) == 1)
        #expect(try names(Select(["username"], from: table)) == ["zoe", "abe"])
        #expect(try overlay.count(table, where: [], alone: "a test") == 2)
        overlay.rollback()
        #expect(try names(Select(["username"], from: table)) == ["ada", "bob"])
        #expect(try overlay.reserveIDs(1, for: table) == [new + 1], "ids are never given twice")
    }

    private func insert(_ id: Int64, _ name: String, _ overlay: OverlayDatabase, _ table: Table) throws {
        let base = try overlay.base.select(
            Select(table.columns.filter { !$0.isDatabaseOnly }.map(\.name), from: table, limit: 1))
        let columns = table.columns.filter { !$0.isDatabaseOnly }.map(\.name)
        let row = zip(columns, base[0]).map { column, value in
            column == "id" ? Value.integer(id) : column == "username" ? .text(name) : value
        }
        try overlay.insert(Insert(into: table, columns: columns, rows: [row]))
    }

    @Test(arguments: Engine.allCases) func uniquesCountRowsOfBoth(_ engine: Engine) throws {
        let (site, overlay, table) = try users(engine)
        defer { site.destination.rollback() }
        try overlay.begin()
        let ids = try overlay.reserveIDs(3, for: table)
        #expect(throws: StorageError.self) { try insert(ids[0], "ada", overlay, table) }
        try insert(ids[1], "cid", overlay, table)
        do {
            try insert(ids[2], "cid", overlay, table)
            Issue.record("a name was taken twice")
        } catch let error as StorageError {
            #expect(error.kind == .uniqueViolation && error.columns == ["username"], "\(error)")
        }
        #expect(throws: StorageError.self) {
            try overlay.update(Update(table, set: ["username"], rows: [[.integer(1), .text("bob")]]))
        }
        // The first row has let go of its name.
        try overlay.update(Update(table, set: ["username"], rows: [[.integer(1), .text("zoe")]]))
        try overlay.update(Update(table, set: ["username"], rows: [[.integer(2), .text("ada")]]))
    }

    @Test(arguments: Engine.allCases) func referencesMustExist(_ engine: Engine) throws {
        let (site, overlay, _) = try users(engine)
        defer { site.destination.rollback() }
        let table = try #require(Catalogue.standard.table("sentry_lostpasswordhash"))
        func add(_ user: Int64, _ id: Int64) throws {
            try overlay.insert(
                Insert(
                    into: table, columns: ["id", "user_id", "hash", "date_added"],
                    rows: [[.integer(id), .integer(user), .text("h\(id)"), .timestamp(fixedNow)]]))
        }
        try overlay.begin()
        try overlay.delete(from: table, where: [])
        try add(1, 1 << 30)
        try overlay.checkConstraints()
        try add(99, 1 << 30 + 1)
        do {
            try overlay.commit()
            Issue.record("a reference leads nowhere")
        } catch {
            #expect(error.kind == .foreignKeyViolation && error.columns == ["user_id"] && error.rowID == 1 << 30 + 1)
        }
        #expect(!overlay.isInTransaction)
    }

    /// Ids that are given out lie above those of the base, even if those are very high.
    @Test(arguments: Engine.allCases) func idsLieAboveThoseOfTheBase(_ engine: Engine) throws {
        let site = try Site(engine)
        try site.execute(
            "INSERT INTO sentry_option (id, key, value, last_updated, last_updated_by) VALUES (5000000007, 'k', '1', '2024-01-01T00:00:00+00:00', 'unknown')"
        )
        let overlay = try overlays(site)[0]
        defer { site.destination.rollback() }
        let option = try #require(Catalogue.standard.table("sentry_option"))
        #expect(try overlay.reserveIDs(2, for: option) == [5_000_000_008, 5_000_000_009])
    }
}
