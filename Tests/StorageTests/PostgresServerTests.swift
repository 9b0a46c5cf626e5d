import Catalogue
import Foundation
import Testing
import TestSupport

@testable import Storage

/// What needs a server of its own: restarts, passwords.
@Suite("PostgreSQL servers", .serialized)
struct PostgresServerTests {
    @Test("A server stopped, killed and started again")
    func restart() throws {
        let server = try PostgresServer()
        let url = try DatabaseURL(try server.createDatabase())
        let database = try DatabaseConnector.open(url)
        _ = try database.schema.migrate(Contents.commonTables.tables)
        let (table, identity) = (try Tables.users, database.identity)
        for (round, end) in [server.stop, server.kill].enumerated() {
            try database.begin()
            try database.insert(table.batch(users(["lost"], from: 100)))
            end()
            let error = try failure { try database.commit() }
            #expect(error.kind == .unavailable)
            #expect(try failure { try database.begin() }.kind == .unavailable)
            #expect(!database.isInTransaction)
            try server.start()
            try database.begin()
            try database.insert(table.batch(users(["round \(round)"], from: Int64(round) + 1)))
            try database.commit()
            #expect(try database.select(Select(["id"], from: table)).count == round + 1)
        }
        #expect(try DatabaseConnector.open(url).identity == identity)
    }

    @Test("The first read after a restart costs no attempt")
    func readAfterRestart() throws {
        let server = try PostgresServer()
        let database = try DatabaseConnector.open(DatabaseURL(try server.createDatabase()))
        _ = try database.schema.migrate(Contents.commonTables.tables)
        let table = try Tables.users
        try database.insert(table.batch(users(["kept"])))
        let tables = Contents.commonTables.tables
        let reads: [() throws -> Bool] = [
            { try database.select(Select(["username"], from: table)) == [[.text("kept")]] },
            { try database.schema.hasTable("auth_user") },
            { try database.count(table, where: [], alone: "x") == 1 },
            { try database.schema.mismatches(with: tables) == [] },
        ]
        for read in reads {
            try server.restart()
            #expect(try read())
        }
        // In a transaction nothing is tried twice: what was written before is gone.
        try database.begin()
        try database.insert(table.batch(users(["lost"], from: 2)))
        try server.restart()
        #expect(try failure { _ = try reads[0]() }.kind == .unavailable)
        database.rollback()
        // While the server is away a read fails.
        server.stop()
        #expect(try failure { _ = try reads[0]() }.kind == .unavailable)
        try server.start()
        #expect(try reads[0]())
    }

    @Test("A frozen server counts as lost")
    func frozenServer() throws {
        let server = try PostgresServer()
        let url = try DatabaseURL(try server.createDatabase())
        let timeouts = DatabaseTimeouts(statementMilliseconds: 100)
        let database = try DatabaseConnector.open(url, timeouts: timeouts)
        let postgres = try #require(database as? PostgresDatabase)
        let pid = try #require(try postgres.perform([PostgresCommand("SELECT pg_backend_pid()")])[0].integer(0, 0))
        kill(pid_t(pid), SIGSTOP)
        defer { kill(pid_t(pid), SIGKILL) }
        let error = try failure { _ = try database.schema.hasTable("auth_user") }
        #expect(error.kind == .unavailable)
        #expect(try !database.schema.hasTable("auth_user"))
    }

    @Test("Passwords: in the URL, in a password file, wrong, missing")
    func passwords() throws {
        let server = try PostgresServer(password: "s3cret")
        func open(_ text: String) throws -> any Database { try DatabaseConnector.open(DatabaseURL(text)) }
        let right = try open(server.url(database: "postgres", user: "postgres:s3cret"))
        #expect(try !right.schema.hasTable("auth_user"))
        for text in [
            server.url(database: "postgres", user: "postgres:wr0ng"), server.url(database: "postgres"),
            server.url(database: "postgres", user: "nobody:wr0ng"),
        ] {
            let error = try failure { _ = try open(text) }
            #expect(error.kind == .permissionDenied)
            #expect(!error.isTransient)
            #expect(!error.description.contains("wr0ng"))
        }
        let file = FileManager.default.temporaryDirectory.appendingPathComponent("pass-\(UUID().uuidString)")
        try "127.0.0.1:\(server.port):*:postgres:s3cret\n".write(to: file, atomically: true, encoding: .utf8)
        defer { try? FileManager.default.removeItem(at: file) }
        try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: file.path)
        let byFile = try open(server.url(database: "postgres") + "?passfile=\(file.path)")
        #expect(byFile.identity == right.identity)
    }

    @Test(
        "A full disk: nothing is half-written, and it continues when there is room", .enabled(if: SmallDisk.isAvailable)
    )
    func fullDisk() throws {
        let disk = try SmallDisk(megabytes: 16)
        // Ends before its disk goes.
        let server = try PostgresServer()
        try server.sql("CREATE TABLESPACE small LOCATION '\(disk.path)'")
        try server.sql("CREATE DATABASE tight TABLESPACE small")
        let database = try DatabaseConnector.open(DatabaseURL(server.url(database: "tight")))
        _ = try database.schema.migrate(Contents.commonTables.tables)
        let table = try Tables.users
        try database.insert(table.batch(users(["before"])))
        let wide = String(repeating: "x", count: 200)
        let rows = (2...60_000).map { number in
            ["id": Value.integer(number), "username": .text("u\(number)"), "first_name": .text(wide)]
        }
        for size in [50, 60_000 - 1] {
            try database.begin()
            let error = try failure {
                for start in stride(from: 0, to: rows.count, by: size) {
                    try database.insert(table.batch(Array(rows[start..<min(start + size, rows.count)])))
                }
            }
            #expect(error.kind == .full, "\(error)")
            #expect(error.isTransient)
            #expect(error.rowIndex == nil, "no row is at fault")
            database.rollback()
            #expect(try database.select(Select(["id"], from: table)) == [[.integer(1)]])
        }
        try disk.grow(megabytes: 200)
        try database.begin()
        try database.insert(table.batch(rows))
        try database.commit()
        #expect(try database.select(Select(["id"], from: table)).count == 60_000)
    }
}
