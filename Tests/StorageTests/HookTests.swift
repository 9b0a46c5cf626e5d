import Catalogue
import Testing

@testable import Storage

@Suite("Before every statement")
struct HookTests {
    @Test("An error of the hook stops every statement, with nothing written", arguments: Engine.allCases)
    func stops(engine: Engine) throws {
        let test = try TestDatabase(engine, .allTables)
        let table = try Tables.users
        let database = test.database
        try database.insert(table.batch(users(["kept"])))
        let statements: [(String, () throws -> Void)] = [
            ("begin", { try database.begin() }),
            ("select", { _ = try database.select(Select(["id"], from: table)) }),
            ("insert", { try database.insert(table.batch(users(["a"], from: 2))) }),
            ("large insert", { try database.insert(table.batch(users((0..<100).map { "a\($0)" }, from: 2))) }),
            ("update", { try database.update(Update(table, set: ["username"], rows: [[.integer(1), .text("x")]])) }),
            ("delete", { try database.delete(from: table, where: []) }),
            ("reserve", { _ = try database.reserveIDs(1, for: table) }),
            ("advance", { try database.advanceSequence(of: table) }),
            ("clear", { try database.clear(tables: ["auth_user"]) { _ in } }),
            ("count", { _ = try database.count(table, where: [], alone: "x") }),
            ("has table", { _ = try database.schema.hasTable("auth_user") }),
            ("migrate", { _ = try database.schema.migrate(Catalogue.standard.tables) }),
            ("mismatches", { _ = try database.schema.mismatches(with: Catalogue.standard.tables) }),
        ]
        for inTransaction in [false, true] {
            for (name, statement) in statements where !(inTransaction && ["begin", "migrate"].contains(name)) {
                if inTransaction { try database.begin() }
                database.beforeStatement = { () throws(StorageError) in throw StorageError(.leaseLost, "lost") }
                #expect(try failure(statement).kind == .leaseLost, "\(name)")
                database.beforeStatement = nil
                database.rollback()
                #expect(!database.isInTransaction)
            }
        }
        #expect(try database.select(Select(["username"], from: table)) == [[.text("kept")]])
        #expect(try database.reserveIDs(1, for: table).count == 1)
    }

    @Test("A commit that the hook stops is rolled back", arguments: Engine.allCases)
    func stopsCommit(engine: Engine) throws {
        let test = try TestDatabase(engine)
        let table = try Tables.users
        try test.database.begin()
        try test.database.insert(table.batch(users(["a"])))
        test.database.beforeStatement = { () throws(StorageError) in throw StorageError(.leaseLost, "lost") }
        #expect(try failure { try test.database.commit() }.kind == .leaseLost)
        #expect(!test.database.isInTransaction)
        test.database.beforeStatement = nil
        #expect(try test.committedRows(table) == 0)
    }

    @Test("It runs once per call", arguments: Engine.allCases)
    func counts(engine: Engine) throws {
        let test = try TestDatabase(engine)
        let table = try Tables.users
        let calls = Calls()
        test.database.beforeStatement = { () throws(StorageError) in calls.count += 1 }
        try test.database.begin()
        try test.database.insert(table.batch(users(["a"])))
        _ = try test.database.select(Select(["id"], from: table))
        try test.database.commit()
        #expect(calls.count == 4)
        test.database.rollback()
        #expect(calls.count == 4)
    }

    private final class Calls { var count = 0 }
}
