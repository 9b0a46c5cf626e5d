import Catalogue
import Testing

@testable import Storage

@Suite("Counting alone")
struct CountTests {
    @Test("Rows that meet all conditions, those of the open transaction among them", arguments: Engine.allCases)
    func counts(engine: Engine) throws {
        let test = try TestDatabase(engine)
        let table = try Tables.users
        #expect(try test.database.count(table, where: [], alone: "a") == 0)
        try test.database.begin()
        try test.database.insert(table.batch(users(["a", "b", "c"])))
        #expect(try test.database.count(table, where: [], alone: "a") == 3)
        #expect(try test.database.count(table, where: [.equals("username", .text("b"))], alone: "a") == 1)
        #expect(try test.database.count(table, where: [.isIn("id", [])], alone: "a") == 0)
        test.database.rollback()
        #expect(try test.database.count(table, where: [], alone: "a") == 0)
    }

    @Test(
        "Of two transactions that count, the later waits and sees what the first has written",
        arguments: Engine.allCases)
    func waits(engine: Engine) throws {
        let test = try TestDatabase(engine)
        let table = try Tables.users
        let impatient = try DatabaseConnector.open(
            DatabaseURL(test.url), timeouts: DatabaseTimeouts(lockMilliseconds: 100))
        func countLater() throws -> Int {
            try impatient.begin()
            defer { impatient.rollback() }
            return try impatient.count(table, where: [], alone: "a")
        }
        try test.database.begin()
        try test.database.insert(table.batch(users(["a"])))
        #expect(try test.database.count(table, where: [], alone: "a") == 1)
        #expect(try failure { _ = try countLater() }.kind == .contention)
        try test.database.commit()
        #expect(try countLater() == 1)
        // Another name does not wait, unless the database allows only one writer anyway.
        try test.database.begin()
        _ = try test.database.count(table, where: [], alone: "a")
        if engine == .postgres {
            try impatient.begin()
            #expect(try impatient.count(table, where: [], alone: "b") == 1)
            impatient.rollback()
        }
        test.database.rollback()
    }
}
