import Catalogue
import Foundation
import Testing
import TestSupport

@testable import Storage

@Suite("Reading page by page")
struct PageTests {
    private func pages(_ database: any Database, _ query: Select, _ size: Int) throws -> [[[Value]]] {
        var pages: [[[Value]]] = []
        try database.read(query, pageRows: size) { rows throws(StorageError) in pages.append(rows) }
        return pages
    }

    @Test("The same rows as at once, in the same order", arguments: Engine.allCases, [false, true])
    func sameRows(engine: Engine, inTransaction: Bool) throws {
        let test = try TestDatabase(engine)
        let table = try Tables.users
        var rows = users((0..<20).map { "name \($0 % 7) \($0)" })
        for index in rows.indices where index % 3 == 0 { rows[index]["last_login"] = .timestamp(Int64(index % 2)) }
        try test.database.insert(table.batch(rows))
        let queries = [
            Select(["id", "username", "last_login"], from: table),
            Select(["username", "id"], from: table, orderBy: "username"),
            Select(["id"], from: table, where: [.isNotNull("last_login")], orderBy: "last_login"),
            Select(["id"], from: table, where: [.greaterThan("id", .integer(5))], limit: 9),
            Select(["id", "username"], from: table, where: [.isIn("username", rows.compactMap { $0["username"] })]),
            Select(
                ["id"], from: table, where: [.greaterThan("id", .integer(3)), .isNotNull("last_login")], limit: 4),
            Select(["id"], from: table, where: [.isIn("username", [])]), Select(["id"], from: table, limit: 0),
        ]
        for query in queries {
            let expected = try test.database.select(query)
            if inTransaction { try test.database.begin() }
            for size in [1, 2, 3, 7, 10, 19, 20, 21, 1_000, .max, 0, -5] {
                let pages = try pages(test.database, query, size)
                #expect(pages.flatMap(\.self) == expected)
                #expect(pages.allSatisfy { !$0.isEmpty && $0.count <= max(size, 1) })
                #expect(pages.dropLast().allSatisfy { $0.count == max(size, 1) })
            }
            #expect(test.database.isInTransaction == inTransaction)
            if inTransaction { try test.database.commit() }
        }
    }

    @Test("A transaction reads its own rows, deferred ones too", arguments: Engine.allCases, [false, true])
    func ownRows(engine: Engine, deferring: Bool) throws {
        let test = try TestDatabase(engine)
        let table = try Tables.users
        try test.database.begin(deferringWrites: deferring)
        try test.database.insert(table.batch(users((0..<300).map { "u\($0)" })))
        #expect(try pages(test.database, Select(["id"], from: table), 100).map(\.count) == [100, 100, 100])
        // The cursor is closed, and the transaction goes on.
        try test.database.insert(table.batch(users(["last"], from: 301)))
        try test.database.commit()
        #expect(try test.committedRows(table) == 301)
    }

    @Test("All pages show one moment", arguments: Engine.allCases, [false, true])
    func snapshot(engine: Engine, inTransaction: Bool) throws {
        let test = try TestDatabase(engine)
        let table = try Tables.users
        try test.database.insert(table.batch(users((0..<10).map { "u\($0)" })))
        // SQLite has one writer: a transaction that may write keeps all others from writing.
        if engine == .sqlite, inTransaction {
            return #expect(try pages(test.database, Select(["id"], from: table), 4).count == 3)
        }
        let other = try test.connect()
        if inTransaction { try test.database.begin() }
        var found: [Int64] = []
        try test.database.read(Select(["id", "username"], from: table), pageRows: 2) { rows throws(StorageError) in
            found += rows.compactMap { $0[1].text == "changed" ? nil : $0[0].integer }
            let next = Int64(10 + found.count)
            try other.insert(table.batch(users(["new \(next)"], from: next)))
            try other.delete(from: table, where: [.equals("id", .integer(9))])
            try other.update(Update(table, set: ["username"], rows: [[.integer(10), .text("changed")]]))
        }
        #expect(found == Array(1...10))
        if inTransaction { try test.database.commit() }
        #expect(try test.database.select(Select(["id"], from: table)).count == 14)
    }

    @Test("The consumer may read over the same connection, page by page, too", arguments: Engine.allCases)
    func nested(engine: Engine) throws {
        let test = try TestDatabase(engine)
        let table = try Tables.users
        try test.database.insert(table.batch(users((0..<6).map { "u\($0)" })))
        let query = Select(["id"], from: table)
        var seen: [Int64] = []
        var inner: [Int] = []
        try test.database.read(query, pageRows: 2) { rows throws(StorageError) in
            seen += rows.compactMap { $0[0].integer }
            inner.append(try test.database.select(query).count)
            try test.database.read(query, pageRows: 4) { rows throws(StorageError) in inner.append(rows.count) }
        }
        #expect(seen == [1, 2, 3, 4, 5, 6])
        #expect(inner == [6, 4, 2, 6, 4, 2, 6, 4, 2])
    }

    @Test("Outside a transaction the consumer may not write", arguments: Engine.allCases)
    func refusesWrites(engine: Engine) throws {
        let test = try TestDatabase(engine)
        let (table, emails) = (try Tables.users, try Tables.emails)
        try test.database.insert(table.batch(users(["a"])))
        let batch = emails.batch([["id": .integer(1), "email": .text("a@x.org")]])
        let error = try failure {
            try test.database.read(Select(["id"], from: table), pageRows: 1) { _ throws(StorageError) in
                try test.database.insert(batch)
            }
        }
        #expect(error.kind == .readOnly)
        #expect(!test.database.isInTransaction)
        let began = try failure {
            try test.database.read(Select(["id"], from: table), pageRows: 1) { _ throws(StorageError) in
                try test.database.begin()
            }
        }
        #expect(began.kind == .other)
        #expect(!test.database.isInTransaction)
        try test.database.insert(batch)
        #expect(try test.committedRows(emails) == 1)
    }

    private enum Refusal: Error, Equatable {
        case consumer(page: Int)
        case storage(StorageError)
    }

    @Test("An error of the consumer ends the reading and nothing else", arguments: Engine.allCases, [false, true])
    func consumerFails(engine: Engine, inTransaction: Bool) throws {
        let test = try TestDatabase(engine)
        let table = try Tables.users
        try test.database.insert(table.batch(users((0..<50).map { "u\($0)" })))
        if inTransaction { try test.database.begin() }
        for last in 1...3 {
            var count = 0
            let refusal = #expect(throws: Refusal.self) {
                try test.database.read(
                    Select(["id"], from: table), pageRows: 10, asFailure: { Refusal.storage($0) },
                    { (rows: [[Value]]) throws(Refusal) in
                        count += 1
                        if count == last { throw .consumer(page: count) }
                    })
            }
            #expect(refusal == .consumer(page: last))
            #expect(try openCursors(test) == 0)
        }
        let unknown = #expect(throws: Refusal.self) {
            try test.database.read(
                Select(["no_column"], from: table), pageRows: 10, asFailure: { Refusal.storage($0) },
                { (_: [[Value]]) throws(Refusal) in throw .consumer(page: 0) })
        }
        if case .storage(let error) = unknown {
            #expect(error.kind == .schemaMismatch)
        } else {
            Issue.record("\(unknown as Any)")
        }
        #expect(test.database.isInTransaction == inTransaction)
        if !inTransaction { try test.database.begin() }
        try test.database.insert(table.batch(users(["after"], from: 51)))
        try test.database.commit()
        #expect(try test.committedRows(table) == 51)
    }

    @Test("A lost lease stops between two pages", arguments: Engine.allCases)
    func leaseLost(engine: Engine) throws {
        let test = try TestDatabase(engine)
        let table = try Tables.users
        try test.database.insert(table.batch(users((0..<50).map { "u\($0)" })))
        try test.database.begin()
        var count = 0
        let error = try failure {
            try test.database.read(Select(["id"], from: table), pageRows: 10) { _ throws(StorageError) in
                count += 1
                test.database.beforeStatement = { () throws(StorageError) in throw StorageError(.leaseLost, "lost") }
            }
        }
        #expect(error.kind == .leaseLost)
        #expect(count == 1)
        test.database.beforeStatement = nil
        #expect(try openCursors(test) == 0)
        #expect(try test.database.select(Select(["id"], from: table)).count == 50)
        try test.database.commit()
    }

    @Test("The first paged read after a restart, and one that is cut off")
    func restart() throws {
        let server = try PostgresServer()
        let database = try DatabaseConnector.open(DatabaseURL(try server.createDatabase()))
        _ = try database.schema.migrate(Contents.commonTables.tables)
        let table = try Tables.users
        try database.insert(table.batch(users((0..<50).map { "u\($0)" })))
        try server.restart()
        let query = Select(["id"], from: table)
        #expect(try pages(database, query, 20).map(\.count) == [20, 20, 10])
        let error = try failure {
            try database.read(query, pageRows: 20) { _ throws(StorageError) in
                do { try server.restart() } catch { throw StorageError(.other, "\(error)") }
            }
        }
        #expect(error.kind == .unavailable)
        #expect(!database.isInTransaction)
        #expect(try pages(database, query, 20).map(\.count) == [20, 20, 10])
    }

    @Test("200,000 rows need memory for one page", arguments: Engine.allCases)
    func memory(engine: Engine) throws {
        let test = try TestDatabase(engine, timeouts: DatabaseTimeouts(statementMilliseconds: 120_000))
        let table = try Tables.users
        let filler = Value.text(String(repeating: "x", count: 120))
        let columns = ["id", "password", "first_name", "avatar_url"]
        for start in stride(from: 1, to: 200_000, by: 20_000) {
            let rows = (start..<start + 20_000).map { number -> [String: Value] in
                [
                    "id": .integer(Int64(number)), "username": .text("\(number)"), "password": filler,
                    "first_name": filler, "avatar_url": filler,
                ]
            }
            try test.database.insert(table.batch(rows))
        }
        let query = Select(columns, from: table)
        _ = try pages(test.database, Select(["id"], from: table, limit: 10), 5)
        let before = try residentBytes()
        var (count, sum, most, next): (Int64, Int64, Int, Int64) = (0, 0, 0, 20_000)
        try test.database.read(query, pageRows: 1_000) { rows throws(StorageError) in
            count += Int64(rows.count)
            sum += rows.reduce(0) { $0 + ($1[0].integer ?? 0) }
            guard count >= next || rows.count > 1_000 else { return }
            (most, next) = (max(most, (try? residentBytes()) ?? .max), next + 20_000)
        }
        #expect(count == 200_000)
        #expect(sum == 200_000 * 200_001 / 2)
        // At once they take more than 150 MB. Other tests run beside this one.
        #expect(most - before < 100 << 20, "\((most - before) >> 20) MB")
    }

    @Test("Pages of large rows are small", arguments: Engine.allCases)
    func largeRows(engine: Engine) throws {
        let test = try TestDatabase(engine, timeouts: DatabaseTimeouts(statementMilliseconds: 120_000))
        let table = try Tables.named("nodestore_node")
        // 16 MiB, which one page of a thousand rows would hold.
        let large = String(repeating: "x", count: 32 << 10)
        try test.database.insert(
            table.batch((1_000..<1_512).map { ["id": .text("node \($0)"), "data": .text(large)] }))
        let pages = try pages(test.database, Select(["id", "data"], from: table), 1_000)
        #expect(pages.flatMap(\.self).map { $0[0].text } == (1_000..<1_512).map { "node \($0)" })
        let bytes = pages.map { $0.reduce(0) { $0 + ($1[1].text?.utf8.count ?? 0) } }
        #expect(bytes.allSatisfy { $0 <= 5 << 20 } && bytes.count >= 4, "\(bytes)")
    }

    private func residentBytes() throws -> Int {
        let text = try String(contentsOfFile: "/proc/self/statm", encoding: .utf8)
        return (Int(try #require(text.split(separator: " ").dropFirst().first)) ?? 0) * 4_096
    }

    /// Of this connection; SQLite has none but the statements that are not at their end.
    private func openCursors(_ test: TestDatabase) throws -> Int64 {
        switch test.database {
        case let postgres as PostgresDatabase:
            let sql = "SELECT count(*) FROM pg_cursors WHERE name LIKE 'relocation%'"
            return try #require(try postgres.perform([PostgresCommand(sql)])[0].integer(0, 0))
        case let sqlite as SQLiteDatabase: return Int64(sqlite.connection.busyStatements)
        default: throw StorageError(.other, "an unknown engine")
        }
    }
}
