import Catalogue
import Testing

@testable import Storage

@Suite("Ids and sequences")
struct IDTests {
    @Test("Ids are fresh, ascending, and above every id of the table", arguments: Engine.allCases)
    func reserve(engine: Engine) throws {
        let test = try TestDatabase(engine)
        let table = try Tables.users
        #expect(try test.database.reserveIDs(3, for: table) == [1, 2, 3])
        #expect(try test.database.reserveIDs(1, for: table) == [4])
        #expect(try test.database.reserveIDs(2, for: Tables.emails) == [1, 2])
        let many = try test.database.reserveIDs(10_000, for: table)
        #expect(many == Array(5...10_004))
    }

    @Test("They stay consumed after a rollback", arguments: Engine.allCases)
    func rollback(engine: Engine) throws {
        let test = try TestDatabase(engine)
        let table = try Tables.users
        try test.database.begin()
        #expect(try test.database.reserveIDs(5, for: table) == [1, 2, 3, 4, 5])
        test.database.rollback()
        #expect(try test.database.reserveIDs(1, for: table) == [6])
    }

    @Test("A sequence is moved above the table's ids, never backwards", arguments: Engine.allCases)
    func advance(engine: Engine) throws {
        let test = try TestDatabase(engine)
        let table = try Tables.users
        try test.database.advanceSequence(of: table)
        #expect(try test.database.reserveIDs(1, for: table) == [1])
        try test.database.insert(table.batch(users(["far"], from: 4_000_000_000)))
        try test.database.begin()
        try test.database.advanceSequence(of: table)
        try test.database.commit()
        #expect(try test.database.reserveIDs(1, for: table) == [4_000_000_001])
        try test.database.delete(from: table, where: [])
        try test.database.insert(table.batch(users(["near"], from: 3)))
        try test.database.advanceSequence(of: table)
        #expect(try test.database.reserveIDs(1, for: table) == [4_000_000_002])
    }

    @Test("Two connections never get the same id", arguments: Engine.allCases)
    func twoConnections(engine: Engine) throws {
        let test = try TestDatabase(engine)
        let table = try Tables.users
        let other = try test.connect()
        let first = try test.database.reserveIDs(10, for: table)
        let second = try other.reserveIDs(10, for: table)
        #expect(Set(first).isDisjoint(with: second))
        #expect(try test.database.reserveIDs(1, for: table) == [21])
    }

    @Test("Clearing empties the tables that exist; after the commit ids start at 1 again", arguments: Engine.allCases)
    func clear(engine: Engine) throws {
        let test = try TestDatabase(engine)
        let (table, addresses) = (try Tables.users, try Tables.userEmails)
        _ = try test.database.reserveIDs(50, for: table)
        try test.database.insert(table.batch(users(["old"], from: 50)))
        try test.database.insert(addresses.batch([["id": .integer(9), "user_id": .integer(50)]]))
        try test.database.begin()
        try test.database.clear(tables: ["no_such_table", "sentry_useremail", "auth_user", "nodestore_node"]) { _ in }
        #expect(try test.database.select(Select(["id"], from: table)) == [])
        #expect(try test.database.reserveIDs(2, for: table) == [1, 2])
        #expect(try test.database.reserveIDs(2, for: table) == [3, 4])
        try test.database.insert(table.batch(users(["new", "newer"], from: 3)))
        try test.database.advanceSequence(of: table)
        try test.database.commit()
        #expect(try test.database.select(Select(["username"], from: table)) == [[.text("new")], [.text("newer")]])
        #expect(try test.connect().reserveIDs(1, for: table) == [5])
        #expect(try test.connect().reserveIDs(1, for: addresses) == [1])
    }

    @Test("After a rollback rows and sequences are as they were", arguments: Engine.allCases)
    func clearAndRollBack(engine: Engine) throws {
        let test = try TestDatabase(engine)
        let table = try Tables.users
        let ids = try test.database.reserveIDs(7, for: table)
        try test.database.insert(table.batch(users(["old"], from: try #require(ids.last))))
        try test.database.begin()
        try test.database.clear(tables: ["auth_user"]) { _ in }
        #expect(try test.database.reserveIDs(100, for: table).first == 1)
        try test.database.insert(table.batch(users(["new"], from: 1_000)))
        try test.database.advanceSequence(of: table)
        test.database.rollback()
        #expect(try test.database.select(Select(["id", "username"], from: table)) == [[.integer(7), .text("old")]])
        #expect(try test.database.reserveIDs(1, for: table) == [8])
    }

    @Test("A commit that fails leaves sequences as they were", arguments: Engine.allCases)
    func clearAndFail(engine: Engine) throws {
        let test = try TestDatabase(engine)
        let table = try Tables.users
        _ = try test.database.reserveIDs(7, for: table)
        try test.database.begin()
        try test.database.clear(tables: ["auth_user"]) { _ in }
        try test.database.insert(table.batch(users(["new"], from: 1_000)))
        try test.database.insert(try Tables.userEmails.batch([["id": .integer(1), "user_id": .integer(1)]]))
        #expect(try failure { try test.database.commit() }.kind == .foreignKeyViolation)
        #expect(try test.database.reserveIDs(1, for: table) == [8])
    }

    @Test("Clearing without a transaction takes effect at once", arguments: Engine.allCases)
    func clearAlone(engine: Engine) throws {
        let test = try TestDatabase(engine)
        let table = try Tables.users
        _ = try test.database.reserveIDs(9, for: table)
        try test.database.insert(table.batch(users(["a", "b"])))
        try test.database.clear(tables: ["auth_user"]) { _ in }
        #expect(try test.committedRows(table) == 0)
        #expect(try test.database.reserveIDs(1, for: table) == [1])
    }

    @Test("A table whose ids are used up says so", arguments: Engine.allCases)
    func lastNumber(engine: Engine) throws {
        let test = try TestDatabase(engine)
        let table = try Tables.users
        try test.database.begin()
        try test.database.clear(tables: ["auth_user"]) { _ in }
        try test.database.insert(table.batch(users(["last"], from: .max)))
        for count in [1, 1_000] {
            let error = try failure { _ = try test.database.reserveIDs(count, for: table) }
            #expect(error.kind == .invalidValue)
            #expect(error.description.contains("auth_user has no ids left"))
        }
        test.database.rollback()
        #expect(try test.database.reserveIDs(1, for: table) == [1])
    }
}
