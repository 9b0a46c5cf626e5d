import Catalogue
import Testing

@testable import Storage

@Suite("Transactions that only read, and streams")
struct ReadingTransactionTests {
    private func names(_ database: any Database) throws -> [String] {
        try database.select(Select(["username"], from: Tables.users)).compactMap { $0[0].text }
    }

    @Test("All reads show one moment, and no write is possible", arguments: Engine.allCases)
    func oneMoment(engine: Engine) throws {
        let test = try TestDatabase(engine)
        let table = try Tables.users
        try test.database.insert(table.batch(users(["a", "b"])))
        let other = try test.connect()
        try test.database.beginReading(snapshot: nil)
        try other.insert(table.batch(users(["c"], from: 3)))
        #expect(try names(test.database) == ["a", "b"])
        var streamed = 0
        try test.database.stream(Select(["id"], from: table), pageRows: 1) { streamed += $0.count }
        #expect(try streamed == 2 && names(test.database) == ["a", "b"])
        #expect(try failure { try test.database.insert(table.batch(users(["d"], from: 4))) }.kind == .readOnly)
        test.database.rollback()
        #expect(try names(test.database) == ["a", "b", "c"])
        try test.database.insert(table.batch(users(["d"], from: 4)))
        #expect(try names(other).count == 4)
    }

    @Test("Another connection to a server can show the same moment")
    func sharedMoment() throws {
        let test = try TestDatabase(.postgres)
        let table = try Tables.users
        let (second, writer) = (try test.connect(), try test.connect())
        try test.database.beginReading(snapshot: nil)
        try writer.insert(table.batch(users(["late"])))
        let moment = try test.database.shareSnapshot()
        #expect(moment != nil)
        try second.beginReading(snapshot: moment)
        #expect(try names(second).isEmpty && names(writer) == ["late"])
        second.rollback()
        try second.beginReading(snapshot: nil)
        #expect(try names(second) == ["late"])
        second.rollback()
        #expect(try failure { try second.beginReading(snapshot: "'; DROP TABLE auth_user") }.kind == .invalidValue)
        _ = try failure { try second.beginReading(snapshot: "00000000-00000000-1") }
        second.rollback()
        #expect(try names(second) == ["late"])
    }

    @Test("SQLite has no moments to share")
    func nothingToShare() throws {
        let test = try TestDatabase(.sqlite)
        try test.database.beginReading(snapshot: nil)
        #expect(try test.database.shareSnapshot() == nil)
    }

    @Test("A stream has the rows of a look-up, in pages", arguments: Engine.allCases, [1, 3, 10, 29, 30, 31])
    func pages(engine: Engine, size: Int) throws {
        let test = try TestDatabase(engine)
        let table = try Tables.users
        try test.database.insert(table.batch(users((0..<30).map { "u\($0)" })))
        let query = Select(["id", "username"], from: table)
        var pages: [[[Value]]] = []
        try test.database.stream(query, pageRows: size) { pages.append($0) }
        #expect(try pages.flatMap(\.self) == test.database.select(query))
        #expect(pages.dropLast().allSatisfy { $0.count == size } && pages.last?.isEmpty == false)
    }

    @Test("A consumer that fails leaves connection and transaction as they were", arguments: Engine.allCases)
    func consumerFails(engine: Engine) throws {
        let test = try TestDatabase(engine)
        let table = try Tables.users
        try test.database.insert(table.batch(users((0..<30).map { "u\($0)" })))
        try test.database.beginReading(snapshot: nil)
        for _ in 0..<3 {
            let refusal = try failure {
                try test.database.stream(Select(["id"], from: table), pageRows: 4) { _ throws(StorageError) in
                    throw StorageError(.full, "no room")
                }
            }
            #expect(refusal.kind == .full)
            #expect(try test.database.isInTransaction && names(test.database).count == 30)
        }
        test.database.rollback()
        try test.database.insert(table.batch(users(["after"], from: 31)))
        #expect(try names(test.database).count == 31)
    }

    @Test("A value that cannot be read names its row")
    func unreadable() throws {
        let test = try TestDatabase(.sqlite)
        let table = try Tables.users
        try test.database.insert(table.batch(users(["a", "b", "c"])))
        try test.execute("UPDATE auth_user SET date_joined = 'soon' WHERE id = 2")
        let error = try failure {
            try test.database.stream(Select(["username", "date_joined", "id"], from: table), pageRows: 10) { _ in }
        }
        #expect(error.kind == .invalidValue && error.rowID == 2 && error.columns == ["date_joined"])
    }
}
