import Catalogue
import Testing

@testable import Storage

@Suite("Writing")
struct WritingTests {
    @Test("Rows stay after a commit and are gone after a rollback", arguments: Engine.allCases)
    func transactions(engine: Engine) throws {
        let test = try TestDatabase(engine)
        let table = try Tables.users
        #expect(!test.database.isInTransaction)
        try test.database.begin()
        #expect(test.database.isInTransaction)
        try test.database.insert(table.batch(users(["a", "b"])))
        #expect(try test.database.select(Select(["id"], from: table)).count == 2)
        #expect(try test.committedRows(table) == 0)
        try test.database.commit()
        #expect(!test.database.isInTransaction)
        #expect(try test.committedRows(table) == 2)

        try test.database.begin()
        try test.database.insert(table.batch(users(["c"], from: 3)))
        test.database.rollback()
        #expect(!test.database.isInTransaction)
        #expect(try test.committedRows(table) == 2)
    }

    @Test("A transaction cannot be begun twice; one without statements commits", arguments: Engine.allCases)
    func beginTwice(engine: Engine) throws {
        let test = try TestDatabase(engine)
        try test.database.begin()
        #expect(try failure { try test.database.begin() }.kind == .other)
        try test.database.commit()
        try test.database.begin()
        test.database.rollback()
        test.database.rollback()
        #expect(!test.database.isInTransaction)
    }

    @Test("A write without a transaction takes effect by itself, or not at all", arguments: Engine.allCases)
    func ownTransaction(engine: Engine) throws {
        let test = try TestDatabase(engine)
        let table = try Tables.users
        try test.database.insert(table.batch(users(["a"])))
        #expect(try test.committedRows(table) == 1)
        let error = try failure { try test.database.insert(table.batch(users(["b", "c", "a"], from: 2))) }
        #expect(error.kind == .uniqueViolation)
        #expect(!test.database.isInTransaction)
        #expect(try test.committedRows(table) == 1)
    }

    @Test("100,000 rows", arguments: Engine.allCases)
    func manyRows(engine: Engine) throws {
        let test = try TestDatabase(engine)
        let table = try Tables.users
        let rows = users((0..<100_000).map { "user-\($0)" })
        try test.database.begin()
        try test.database.insert(table.batch(rows))
        try test.database.commit()
        let found = try test.database.select(Select(["id", "username"], from: table))
        #expect(found.count == 100_000)
        #expect(found.first == [.integer(1), .text("user-0")])
        #expect(found.last == [.integer(100_000), .text("user-99999")])
    }

    @Test("No rows are no statement", arguments: Engine.allCases)
    func nothing(engine: Engine) throws {
        let test = try TestDatabase(engine)
        let table = try Tables.users
        test.database.beforeStatement = { () throws(StorageError) in throw StorageError(.leaseLost, "lost") }
        try test.database.insert(Insert(into: table, columns: ["id"], rows: []))
        try test.database.update(Update(table, set: ["username"], rows: []))
        #expect(try test.database.reserveIDs(0, for: table) == [])
    }

    @Test(
        "Rows in conflict are left out, the others written", arguments: Engine.allCases, [1, 10, 200])
    func ignoringConflicts(engine: Engine, others: Int) throws {
        let test = try TestDatabase(engine)
        let table = try Tables.emails
        try test.database.insert(table.batch([["id": .integer(1), "email": .text("Kept@x.org")]]))
        var rows: [[String: Value]] = [["id": .integer(2), "email": .text("kept@X.org")]]
        // Within one batch, too, the first of two equal rows wins.
        rows += (0..<others).map { ["id": .integer(Int64($0) + 10), "email": .text("new\($0)@x.org")] }
        rows.append(["id": .integer(9_999), "email": .text("NEW0@x.org")])
        try test.database.begin()
        try test.database.insert(table.batch(rows, ignoringConflicts: true))
        try test.database.commit()
        let found = try test.database.select(Select(["id", "email"], from: table))
        #expect(found.count == 1 + others)
        #expect(found.first == [.integer(1), .text("Kept@x.org")])
        #expect(found.dropFirst().first == [.integer(10), .text("new0@x.org")])
    }

    @Test("Only conflicts are ignored: a null or a bad value still fails", arguments: Engine.allCases)
    func ignoringConflictsOnly(engine: Engine) throws {
        let test = try TestDatabase(engine)
        let table = try Tables.emails
        let null = Insert(
            into: table, columns: ["id", "email", "date_added"],
            rows: [[.integer(1), .text("a@x"), .timestamp(0)], [.integer(2), .null, .timestamp(0)]],
            ignoringConflicts: true)
        let error = try failure { try test.database.insert(null) }
        #expect(error.kind == .notNullViolation)
        #expect(error.rowIndex == 1)
        #expect(try test.committedRows(table) == 0)
    }

    @Test("Updates find their rows by id", arguments: Engine.allCases)
    func update(engine: Engine) throws {
        let test = try TestDatabase(engine)
        let table = try Tables.users
        try test.database.insert(table.batch(users(["a", "b", "c"])))
        let changes: [[Value]] = [
            [.integer(1), .text("one"), .null, .timestamp(1_000_001)],
            [.integer(3), .text("three"), .bool(true), .null],
        ]
        try test.database.begin()
        try test.database.update(
            Update(table, set: ["username", "is_sentry_app", "last_login"], rows: changes))
        try test.database.commit()
        let found = try test.database.select(Select(["username", "is_sentry_app", "last_login"], from: table))
        #expect(
            found == [
                [.text("one"), .null, .timestamp(1_000_001)], [.text("b"), .null, .null],
                [.text("three"), .bool(true), .null],
            ])
    }

    @Test("A row that is gone when it is updated is a transient error", arguments: Engine.allCases, [false, true])
    func updateOfAMissingRow(engine: Engine, isDeferred: Bool) throws {
        let test = try TestDatabase(engine)
        let table = try Tables.users
        try test.database.insert(table.batch(users(["a"])))
        try test.database.begin(deferringWrites: isDeferred)
        let error = try failure {
            let rows: [[Value]] = [[.integer(1), .text("z")], [.integer(77), .text("nobody")]]
            try test.database.update(Update(table, set: ["username"], rows: rows))
            try test.database.commit()
        }
        #expect(error.kind == .contention)
        test.database.rollback()
        #expect(try test.database.select(Select(["username"], from: table)) == [[.text("a")]])
    }

    @Test("Deferred writes are all there, or none of them", arguments: Engine.allCases, [3, 300])
    func deferredWrites(engine: Engine, count: Int) throws {
        let test = try TestDatabase(engine)
        let table = try Tables.users
        let names = (1...count).map { "user\($0)" }
        try test.database.begin(deferringWrites: true)
        try test.database.insert(table.batch(users(names)))
        try test.database.update(Update(table, set: ["username"], rows: [[.integer(1), .text("first")]]))
        // A look-up sees what was written before it.
        let found = try test.database.select(
            Select(["username"], from: table, where: [.equals("username", .text("first"))]))
        #expect(found.count == 1)
        try test.database.commit()
        #expect(try test.committedRows(table) == count)

        // A name that is taken, after rows that are sound: nothing of the transaction stays.
        try test.database.begin(deferringWrites: true)
        let error = try failure {
            let more = table.batch(users((1...count).map { "more\($0)" } + ["first"], from: Int64(count) + 1))
            try test.database.insert(more)
            try test.database.update(Update(table, set: ["username"], rows: [[.integer(2), .text("second")]]))
            try test.database.commit()
        }
        #expect(error.kind == .uniqueViolation)
        test.database.rollback()
        #expect(!test.database.isInTransaction)
        #expect(try test.committedRows(table) == count)
        try test.database.insert(table.batch(users(["after"], from: 1_000)))
        #expect(try test.committedRows(table) == count + 1)
    }

    @Test("An update that fails names its row and changes nothing", arguments: Engine.allCases)
    func updateFails(engine: Engine) throws {
        let test = try TestDatabase(engine)
        let table = try Tables.users
        try test.database.insert(table.batch(users(["a", "b", "c"])))
        try test.database.begin()
        let error = try failure {
            let rows: [[Value]] = [[.integer(1), .text("z")], [.integer(2), .text("c")]]
            try test.database.update(Update(table, set: ["username"], rows: rows))
        }
        #expect(error.kind == .uniqueViolation)
        #expect(error.rowIndex == 1)
        #expect(error.columns == ["username"])
        let long = try failure {
            let rows: [[Value]] = [
                [.integer(1), .text("z")], [.integer(2), .text(String(repeating: "x", count: 129))],
            ]
            try test.database.update(Update(table, set: ["username"], rows: rows))
        }
        #expect(long.kind == .invalidValue)
        #expect(long.rowIndex == 1)
        try test.database.commit()
        #expect(
            try test.database.select(Select(["username"], from: table)) == [[.text("a")], [.text("b")], [.text("c")]])
    }

    @Test("Deleting counts the rows that met every condition", arguments: Engine.allCases)
    func delete(engine: Engine) throws {
        let test = try TestDatabase(engine)
        let table = try Tables.users
        try test.database.insert(table.batch(users(["a", "b", "c", "d"])))
        #expect(try test.database.delete(from: table, where: [.equals("username", .text("nobody"))]) == 0)
        #expect(try test.database.delete(from: table, where: [.isIn("username", [.text("a"), .text("b")])]) == 2)
        let both: [Condition] = [.greaterThan("id", .integer(2)), .equals("username", .text("d"))]
        #expect(try test.database.delete(from: table, where: both) == 1)
        #expect(try test.database.select(Select(["id"], from: table)) == [[.integer(3)]])
    }

    @Test("Unknown columns and rows of another width are refused before anything is sent", arguments: Engine.allCases)
    func malformedBatches(engine: Engine) throws {
        let test = try TestDatabase(engine)
        let table = try Tables.users
        let unknown = Insert(into: table, columns: ["id", "\"; DROP TABLE auth_user; --"], rows: [[.null, .null]])
        #expect(try failure { try test.database.insert(unknown) }.kind == .schemaMismatch)
        let narrow = Insert(into: table, columns: ["id", "username"], rows: [[.integer(1)]])
        #expect(try failure { try test.database.insert(narrow) }.kind == .invalidValue)
        let select = Select(["nothing"], from: table)
        #expect(try failure { _ = try test.database.select(select) }.kind == .schemaMismatch)
        #expect(try test.database.schema.hasTable("auth_user"))
    }
}
