import Catalogue
import Testing

@testable import Storage

@Suite("Reading")
struct ReadingTests {
    @Test("Conditions", arguments: Engine.allCases)
    func conditions(engine: Engine) throws {
        let test = try TestDatabase(engine)
        let table = try Tables.users
        var rows = users(["a", "b", "c", "d"])
        rows[0]["last_login"] = .timestamp(5)
        rows[2]["last_login"] = .timestamp(7)
        rows[3]["is_staff"] = .bool(true)
        try test.database.insert(table.batch(rows))

        func ids(_ conditions: Condition...) throws -> [Int64] {
            try test.database.select(Select(["id"], from: table, where: conditions)).compactMap(\.first?.integer)
        }
        #expect(try ids() == [1, 2, 3, 4])
        #expect(try ids(.isNull("last_login")) == [2, 4])
        #expect(try ids(.isNotNull("last_login")) == [1, 3])
        #expect(try ids(.equals("last_login", .timestamp(7))) == [3])
        #expect(try ids(.isIn("last_login", [.timestamp(5), .timestamp(7)])) == [1, 3])
        #expect(try ids(.equals("is_staff", .bool(true))) == [4])
        #expect(try ids(.isIn("is_staff", [.bool(true), .bool(false)])) == [1, 2, 3, 4])
        #expect(try ids(.greaterThan("id", .integer(2))) == [3, 4])
        #expect(try ids(.greaterThan("last_login", .timestamp(5))) == [3])
        #expect(try ids(.greaterThan("username", .text("b"))) == [3, 4])
        #expect(try ids(.isIn("username", [])) == [])
        #expect(try ids(.isIn("id", [.integer(2), .integer(4), .integer(9)]), .isNull("last_login")) == [2, 4])
        #expect(try ids(.equals("username", .text("A"))) == [])
        #expect(try ids(.equalsInUpperCase("username", "A")) == [1])
        #expect(try ids(.equalsInUpperCase("username", "b"), .isNull("last_login")) == [2])
        #expect(try ids(.equalsInUpperCase("username", "a\0")) == [])
    }

    @Test("Null, and a value that does not fit the column, equals no stored value", arguments: Engine.allCases)
    func nothingEquals(engine: Engine) throws {
        let test = try TestDatabase(engine)
        let table = try Tables.users
        try test.database.insert(table.batch(users(["a"])))
        let conditions: [Condition] = [
            .equals("last_login", .null), .isIn("last_login", [.null]), .equals("id", .text("1")),
            .equals("avatar_type", .integer(1 << 40)), .equals("username", .text("a\0")),
            .equals("username", .text(String(repeating: "a", count: 500))), .greaterThan("id", .null),
        ]
        for condition in conditions {
            #expect(try test.database.select(Select(["id"], from: table, where: [condition])) == [])
        }
        let chunks = try Tables.chunks
        let malformed = Select(["id"], from: chunks, where: [.equals("import_uuid", .text("no uuid"))])
        #expect(try test.database.select(malformed) == [])
    }

    @Test("Lists of 5,000, of numbers and of texts", arguments: Engine.allCases)
    func largeLists(engine: Engine) throws {
        let test = try TestDatabase(engine)
        let table = try Tables.users
        try test.database.insert(table.batch(users((0..<6_000).map { "name \($0)" })))
        let names = (0..<5_000).map { Value.text("name \($0 * 2)") }
        let found = try test.database.select(Select(["username"], from: table, where: [.isIn("username", names)]))
        #expect(found.count == 3_000)
        let numbers = (0..<5_000).map { Value.integer(Int64($0 * 3)) }
        let byID = try test.database.select(Select(["id"], from: table, where: [.isIn("id", numbers)]))
        #expect(byID.count == 2_000)
        #expect(byID.first == [.integer(3)])
    }

    @Test("Order: by bytes, nulls last, equal values by id; a limit", arguments: Engine.allCases)
    func order(engine: Engine) throws {
        let test = try TestDatabase(engine)
        let table = try Tables.users
        var rows = users(["b", "B", "ä", "a", "_", "Z"])
        rows[4]["last_login"] = .timestamp(1)
        rows[1]["last_login"] = .timestamp(1)
        try test.database.insert(table.batch(rows.reversed()))
        func ids(by column: String?, limit: Int? = nil) throws -> [Int64] {
            let query = Select(["id"], from: table, orderBy: column, limit: limit)
            return try test.database.select(query).compactMap(\.first?.integer)
        }
        #expect(try ids(by: nil) == [1, 2, 3, 4, 5, 6])
        #expect(try ids(by: "username") == [2, 6, 5, 4, 1, 3])
        #expect(try ids(by: "last_login") == [2, 5, 1, 3, 4, 6])
        #expect(try ids(by: "username", limit: 2) == [2, 6])
        #expect(try ids(by: nil, limit: 0) == [])
    }

    @Test("A case-insensitive column folds beyond ASCII", arguments: Engine.allCases)
    func citext(engine: Engine) throws {
        let test = try TestDatabase(engine)
        let table = try Tables.emails
        let stored = ["Plain@X.org", "ÉCOLE@x.org", "straße@x.org", "ΣΊΣΥΦΟΣ@x.org", "\u{212A}elvin@x.org"]
        try test.database.insert(
            table.batch(stored.enumerated().map { ["id": .integer(Int64($0.offset) + 1), "email": .text($0.element)] }))
        func ids(_ texts: String...) throws -> [Int64] {
            let condition = Condition.isIn("email", texts.map { .text($0) })
            return try test.database.select(Select(["id"], from: table, where: [condition])).compactMap(
                \.first?.integer)
        }
        #expect(try ids("plain@x.ORG") == [1])
        #expect(try ids("école@x.org") == [2])
        #expect(try ids("STRASSE@x.org") == [])
        #expect(try ids("STRAßE@X.ORG") == [3])
        #expect(try ids("σίσυφοσ@x.org") == [4])
        #expect(try ids("KELVIN@x.org") == [5])
        #expect(try ids("plain@x.org", "ÉCOLE@X.ORG", "nobody@x.org") == [1, 2])
        // What is stored stays as it was written.
        #expect(try test.database.select(Select(["email"], from: table)).compactMap(\.first?.text) == stored)
    }

    @Test("A case-insensitive column is unique beyond ASCII", arguments: Engine.allCases)
    func citextUnique(engine: Engine) throws {
        let test = try TestDatabase(engine)
        let table = try Tables.emails
        try test.database.insert(table.batch([["id": .integer(1), "email": .text("ÉCOLE@x.org")]]))
        for (same, size) in [("école@X.org", 1), ("École@x.org", 3), ("écolE@x.org", 80)] {
            var rows: [[String: Value]] = (0..<size).map {
                ["id": .integer(Int64($0) + 2), "email": .text("other\($0)@x.org")]
            }
            rows[size - 1]["email"] = .text(same)
            let error = try failure { try test.database.insert(table.batch(rows)) }
            #expect(error.kind == .uniqueViolation)
            #expect(error.rowIndex == size - 1)
            #expect(error.columns == ["email"])
            #expect(try test.committedRows(table) == 1)
        }
        let own: [[Value]] = [[.integer(1), .text("école@x.org")]]
        try test.database.update(Update(table, set: ["email"], rows: own))
        #expect(try test.database.select(Select(["email"], from: table)) == [[.text("école@x.org")]])
    }

    @Test("Tables are found by name", arguments: Engine.allCases)
    func hasTable(engine: Engine) throws {
        let test = try TestDatabase(engine)
        #expect(try test.database.schema.hasTable("auth_user"))
        #expect(try !test.database.schema.hasTable("auth_nobody"))
        #expect(try !test.database.schema.hasTable("auth_user\"; --"))
        // An index is no table.
        #expect(try !test.database.schema.hasTable("auth_user_username_uniq"))
    }
}
