import Catalogue
import Testing

@testable import Storage

/// Every kind of violation names its row, in batches that PostgreSQL takes as arrays and as a COPY.
@Suite("Violations")
struct ViolationTests {
    /// Sizes on both sides of every threshold, and where the failing row stands.
    static let places = [(1, 0), (2, 1), (63, 40), (64, 63), (300, 257), (3_000, 2_047)]

    @Test("Unique, within the batch", arguments: Engine.allCases, places.dropFirst())
    func uniqueInBatch(engine: Engine, place: (size: Int, row: Int)) throws {
        let test = try TestDatabase(engine)
        let table = try Tables.users
        var names = (0..<place.size).map { "u\($0)" }
        names[place.row] = "u0"
        try test.database.begin()
        let error = try failure { try test.database.insert(table.batch(users(names))) }
        #expect(error.kind == .uniqueViolation)
        #expect(error.rowIndex == place.row)
        #expect(error.table == "auth_user")
        #expect(error.columns == ["username"])
        #expect(!error.isTransient)
        #expect(!error.description.contains("u0"))
        try usable(test, table, rows: 0)
    }

    @Test("Unique, against a row that is there", arguments: Engine.allCases, places)
    func uniqueAgainstTable(engine: Engine, place: (size: Int, row: Int)) throws {
        let test = try TestDatabase(engine)
        let table = try Tables.users
        try test.database.insert(table.batch(users(["taken"], from: 1_000_000)))
        var names = (0..<place.size).map { "u\($0)" }
        names[place.row] = "taken"
        try test.database.begin()
        let error = try failure { try test.database.insert(table.batch(users(names))) }
        #expect(error.kind == .uniqueViolation)
        #expect(error.rowIndex == place.row)
        try usable(test, table, rows: 1)
    }

    @Test("Primary key", arguments: Engine.allCases, places)
    func primaryKey(engine: Engine, place: (size: Int, row: Int)) throws {
        let test = try TestDatabase(engine)
        let table = try Tables.users
        try test.database.insert(table.batch(users(["taken"], from: 1 + Int64(place.row))))
        try test.database.begin()
        let error = try failure { try test.database.insert(table.batch(users((0..<place.size).map { "u\($0)" }))) }
        #expect(error.kind == .uniqueViolation)
        #expect(error.rowIndex == place.row)
        #expect(error.columns == ["id"])
        try usable(test, table, rows: 1)
    }

    @Test("Not null", arguments: Engine.allCases, places)
    func notNull(engine: Engine, place: (size: Int, row: Int)) throws {
        try expect(engine, place, .notNullViolation, columns: ["username"]) { $0["username"] = .null }
    }

    @Test("Too long", arguments: Engine.allCases, places)
    func tooLong(engine: Engine, place: (size: Int, row: Int)) throws {
        let long = String(repeating: "é", count: 129)
        try expect(engine, place, .invalidValue, columns: ["username"]) { $0["username"] = .text(long) }
    }

    @Test("Out of range", arguments: Engine.allCases, places)
    func outOfRange(engine: Engine, place: (size: Int, row: Int)) throws {
        try expect(engine, place, .invalidValue, columns: ["avatar_type"]) { $0["avatar_type"] = .integer(32_768) }
    }

    @Test("NUL in a text", arguments: Engine.allCases, places)
    func nul(engine: Engine, place: (size: Int, row: Int)) throws {
        try expect(engine, place, .invalidValue, columns: ["password"]) { $0["password"] = .text("a\0b") }
    }

    @Test("Another type", arguments: Engine.allCases, places)
    func otherType(engine: Engine, place: (size: Int, row: Int)) throws {
        try expect(engine, place, .invalidValue, columns: ["is_staff"]) { $0["is_staff"] = .integer(1) }
    }

    @Test("Check", arguments: Engine.allCases, places)
    func check(engine: Engine, place: (size: Int, row: Int)) throws {
        let test = try TestDatabase(engine)
        let table = try Tables.named("sentry_organization")
        var rows: [[String: Value]] = (0..<place.size).map {
            ["id": .integer(Int64($0) + 1), "slug": .text("o\($0)")]
        }
        rows[place.row]["status"] = .integer(-1)
        try test.database.begin()
        let error = try failure { try test.database.insert(table.batch(rows)) }
        #expect(error.kind == .checkViolation)
        #expect(error.rowIndex == place.row)
        #expect(error.constraint == "sentry_organization_status_check")
        try usable(test, table, rows: 0)
    }

    @Test("The first of several failing rows is named, of whatever kind", arguments: Engine.allCases, [40, 400])
    func first(engine: Engine, size: Int) throws {
        let test = try TestDatabase(engine)
        let table = try Tables.users
        var rows = users((0..<size).map { "u\($0)" })
        rows[size - 1]["avatar_type"] = .integer(99_999)
        rows[size - 2]["username"] = .null
        rows[size - 5]["username"] = .text("u3")
        let error = try failure { try test.database.insert(table.batch(rows)) }
        #expect(error.kind == .uniqueViolation)
        #expect(error.rowIndex == size - 5)
    }

    @Test("Text that is not JSON", arguments: Engine.allCases)
    func json(engine: Engine) throws {
        let test = try TestDatabase(engine)
        let table = try Tables.chunks
        let rows: [[String: Value]] = [
            ["id": .integer(1), "model": .text("a")],
            ["id": .integer(2), "model": .text("b"), "inserted_map": .text("{\"1\": }")],
        ]
        let error = try failure { try test.database.insert(table.batch(rows)) }
        #expect(error.kind == .invalidValue)
        #expect(error.rowIndex == 1)
        #expect(!error.description.contains("\"1\""))
    }

    @Test("A partial unique index holds if its condition is true", arguments: Engine.allCases)
    func partialUnique(engine: Engine) throws {
        let test = try TestDatabase(engine)
        let table = try Tables.named("sentry_savedsearch")
        func row(_ id: Int64, global: Bool) -> [String: Value] {
            ["id": .integer(id), "name": .text("same"), "is_global": .bool(global)]
        }
        try test.database.insert(table.batch([row(1, global: true), row(2, global: false), row(3, global: false)]))
        let error = try failure {
            try test.database.insert(table.batch([row(4, global: false), row(5, global: true)]))
        }
        #expect(error.kind == .uniqueViolation)
        #expect(error.rowIndex == 1)
        #expect(try test.committedRows(table) == 3)
    }

    @Test("A foreign key may point ahead until the commit", arguments: Engine.allCases)
    func deferredReference(engine: Engine) throws {
        let test = try TestDatabase(engine)
        let address = try Tables.userEmails.batch([["id": .integer(1), "user_id": .integer(7)]])
        try test.database.begin()
        try test.database.insert(address)
        try test.database.insert(try Tables.users.batch(users(["late"], from: 7)))
        try test.database.commit()
        #expect(try test.committedRows(Tables.userEmails) == 1)
    }

    @Test("A dangling foreign key fails the commit, which names the row", arguments: Engine.allCases)
    func danglingReference(engine: Engine) throws {
        let test = try TestDatabase(engine)
        try test.database.begin()
        try test.database.insert(try Tables.users.batch(users(["here"], from: 7)))
        let rows: [[String: Value]] = [
            ["id": .integer(1), "user_id": .integer(7)],
            ["id": .integer(2), "user_id": .integer(8)],
            ["id": .integer(3), "user_id": .integer(9)],
        ]
        try test.database.insert(try Tables.userEmails.batch(rows))
        let error = try failure { try test.database.commit() }
        #expect(error.kind == .foreignKeyViolation)
        #expect(error.table == "sentry_useremail")
        #expect(error.columns == ["user_id"])
        #expect(error.rowID == 2)
        #expect(!test.database.isInTransaction)
        #expect(try test.committedRows(Tables.users) == 0)
        try test.database.begin()
        try test.database.insert(try Tables.users.batch(users(["again"])))
        try test.database.commit()
        #expect(try test.committedRows(Tables.users) == 1)
    }

    @Test("A dangling foreign key is found before the commit on request", arguments: Engine.allCases)
    func earlyCheck(engine: Engine) throws {
        let test = try TestDatabase(engine)
        try test.database.begin()
        try test.database.checkConstraints()
        try test.database.insert(try Tables.userEmails.batch([["id": .integer(1), "user_id": .integer(7)]]))
        let error = try failure { try test.database.checkConstraints() }
        #expect(error.kind == .foreignKeyViolation)
        #expect(error.table == "sentry_useremail")
        #expect(error.rowID == 1)
        test.database.rollback()
        #expect(try test.committedRows(Tables.userEmails) == 0)
        try test.database.begin()
        try test.database.insert(try Tables.userEmails.batch([["id": .integer(1), "user_id": .integer(7)]]))
        try test.database.insert(try Tables.users.batch(users(["late"], from: 7)))
        try test.database.checkConstraints()
        try test.database.commit()
        #expect(try test.committedRows(Tables.userEmails) == 1)
    }

    // MARK: -

    private func expect(
        _ engine: Engine, _ place: (size: Int, row: Int), _ kind: StorageError.Kind, columns: [String],
        change: (inout [String: Value]) -> Void
    ) throws {
        let test = try TestDatabase(engine)
        let table = try Tables.users
        var rows = users((0..<place.size).map { "u\($0)" })
        let complete = table.batch(rows)
        change(&rows[place.row])
        var values = complete.rows
        for (position, name) in complete.columns.enumerated() {
            if let value = rows[place.row][name] { values[place.row][position] = value }
        }
        try test.database.begin()
        let error = try failure {
            try test.database.insert(Insert(into: table, columns: complete.columns, rows: values))
        }
        #expect(error.kind == kind)
        #expect(error.rowIndex == place.row)
        #expect(error.table == "auth_user")
        #expect(error.columns == columns)
        try usable(test, table, rows: 0)
    }

    /// After a failed write the transaction is as it was before it, and goes on.
    private func usable(_ test: TestDatabase, _ table: Table, rows: Int) throws {
        #expect(test.database.isInTransaction)
        #expect(try test.database.select(Select(["id"], from: table)).count == rows)
        let unique: Value = .text("after")
        let column = table.name == "auth_user" ? "username" : "slug"
        try test.database.insert(table.batch([["id": .integer(5_000_000), column: unique]]))
        try test.database.commit()
        #expect(try test.committedRows(table) == rows + 1)
    }
}
