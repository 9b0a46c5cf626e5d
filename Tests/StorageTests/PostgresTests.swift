import Catalogue
import Foundation
import Testing
import TestSupport

@testable import Storage

@Suite("PostgreSQL alone")
struct PostgresTests {
    private static let impatient = DatabaseTimeouts(
        lockMilliseconds: 100, statementMilliseconds: 1_000, idleInTransactionMilliseconds: 1_000)

    private func backend(_ database: any Database) throws -> Int64 {
        let postgres = try #require(database as? PostgresDatabase)
        return try #require(try postgres.perform([PostgresCommand("SELECT pg_backend_pid()")])[0].integer(0, 0))
    }

    @Test("Settings of the session")
    func settings() throws {
        let test = try TestDatabase(.postgres, .nothing)
        let database = try #require(try test.connect(timeouts: Self.impatient) as? PostgresDatabase)
        let sql = """
            SELECT current_setting('statement_timeout'), current_setting('lock_timeout'),
                current_setting('idle_in_transaction_session_timeout'), current_setting('TimeZone'),
                current_setting('client_encoding'), current_setting('application_name')
            """
        let result = try database.perform([PostgresCommand(sql)])[0]
        #expect((0..<6).map { result.text(0, $0) } == ["1s", "100ms", "1s", "UTC", "UTF8", "relocation"])
    }

    /// A function of the test's own stands in front of the server's.
    @Test(
        "The address is the identity only if the server does not tell its own",
        arguments: ["42501", "0A000", "55000", "57014", "53200"])
    func unknownIdentity(_ state: String) throws {
        let test = try TestDatabase(.postgres, .nothing)
        try test.execute(
            """
            CREATE FUNCTION public.pg_control_system(OUT system_identifier bigint) LANGUAGE plpgsql AS
            $$ BEGIN RAISE EXCEPTION 'not now' USING ERRCODE = '\(state)'; END $$
            """)
        let url = try DatabaseURL(test.url + "?options=-csearch_path%3Dpublic%2Cpg_catalog")
        if state != "57014", state != "53200" {
            let identity = try DatabaseConnector.open(url).identity
            #expect(identity.hasPrefix("postgresql:127.0.0.1:"), "\(identity)")
        } else {
            #expect(try failure { _ = try DatabaseConnector.open(url) }.isTransient)
        }
    }

    @Test("A connection that lives long does not grow")
    func memory() throws {
        let database = try TestDatabase(.postgres).database
        let table = try Tables.users
        func pages() throws -> Int {
            let text = try String(contentsOfFile: "/proc/self/statm", encoding: .utf8)
            return Int(try #require(text.split(separator: " ").dropFirst().first)) ?? 0
        }
        // Other tests run beside this one: what grows because of them does not do so in every round.
        var least = Int.max
        for _ in 1...3 {
            let before = try pages()
            for _ in 1...1_500 { _ = try database.select(Select(["id"], from: table)) }
            least = min(least, try pages() - before)
        }
        // A kilobyte for each statement would make four hundred pages.
        #expect(least < 200)
    }

    @Test("A session killed in the middle of a transaction: every call fails, the next begin connects again")
    func killedBackend() throws {
        let test = try TestDatabase(.postgres)
        let table = try Tables.users
        let database = test.database
        try database.begin()
        try database.insert(table.batch(users(["lost"])))
        try test.execute("SELECT pg_terminate_backend(\(backend(database)))")
        for _ in 1...2 {
            let error = try failure { try database.insert(table.batch(users(["b"], from: 2))) }
            #expect(error.kind == .unavailable)
            #expect(error.isTransient)
        }
        #expect(try failure { _ = try database.select(Select(["id"], from: table)) }.kind == .unavailable)
        #expect(database.isInTransaction)
        #expect(try failure { try database.commit() }.kind == .unavailable)
        #expect(!database.isInTransaction)
        try database.begin()
        try database.insert(table.batch(users(["kept"])))
        try database.commit()
        #expect(try database.select(Select(["username"], from: table)) == [[.text("kept")]])
    }

    @Test("A session killed while idle is replaced by the next begin")
    func killedWhileIdle() throws {
        let test = try TestDatabase(.postgres)
        let pid = try backend(test.database)
        try test.execute("SELECT pg_terminate_backend(\(pid))")
        try awaitEnd(of: pid, test)
        try test.database.begin()
        try test.database.insert(try Tables.users.batch(users(["a"])))
        try test.database.commit()
        #expect(try backend(test.database) != pid)
    }

    @Test("A session killed during a COPY leaves nothing")
    func killedDuringCopy() throws {
        let test = try TestDatabase(.postgres)
        let table = try Tables.users
        let database = try #require(test.database as? PostgresDatabase)
        try database.begin()
        let pid = try backend(database)
        var pieces = 0
        let buffer = WireBuffer()
        let error = try #require(throws: PostgresFailure.self) {
            try database.performCopy("COPY auth_user (id) FROM STDIN (FORMAT binary)") { () throws(StorageError) in
                pieces += 1
                buffer.removeAll()
                switch pieces {
                case 1: buffer.appendCopyHead()
                case 2:
                    do { try test.execute("SELECT pg_terminate_backend(\(pid))") } catch { return nil }
                    buffer.appendCopyTail()
                default: return nil
                }
                return buffer.bytes
            }
        }
        #expect(error.storageError().kind == .unavailable)
        database.rollback()
        #expect(try test.committedRows(table) == 0)
    }

    @Test("A cancelled statement is contention, and the transaction goes on")
    func cancelled() throws {
        let test = try TestDatabase(.postgres)
        let table = try Tables.users
        let other = try test.connect()
        try other.begin()
        try other.insert(table.batch(users(["held"])))
        try test.database.begin()
        let pid = try backend(test.database)
        let url = test.url
        let canceller = Thread {
            // Cancels as soon as the statement waits for the other's row.
            let waiting =
                "SELECT pg_cancel_backend(pid) FROM pg_stat_activity WHERE pid = \(pid) AND wait_event_type = 'Lock'"
            for _ in 0..<500 where (try? PostgresServer.shared().sql(waiting, url: url)) == "" { continue }
        }
        canceller.start()
        let error = try failure { try test.database.insert(table.batch(users(["held"], from: 2))) }
        #expect(error.kind == .contention)
        #expect(error.description.contains("57014"))
        other.rollback()
        try test.database.insert(table.batch(users(["held"], from: 2)))
        try test.database.commit()
        #expect(try test.committedRows(table) == 1)
    }

    @Test("Waiting too long for a lock is contention")
    func lockTimeout() throws {
        let test = try TestDatabase(.postgres)
        let table = try Tables.users
        let impatient = try test.connect(timeouts: Self.impatient)
        try test.database.begin()
        try test.database.insert(table.batch(users(["held"])))
        try impatient.begin()
        for size in [1, 100] {
            let rows = users((0..<size).map { "u\($0)" } + ["held"], from: 10)
            let error = try failure { try impatient.insert(table.batch(rows)) }
            #expect(error.kind == .contention)
            #expect(error.description.contains("55P03"))
        }
        try test.database.commit()
        let error = try failure { try impatient.insert(table.batch(users(["held"], from: 9))) }
        #expect(error.kind == .uniqueViolation)
    }

    @Test("A statement that takes too long is contention")
    func statementTimeout() throws {
        let test = try TestDatabase(.postgres)
        let database = try #require(
            try test.connect(timeouts: DatabaseTimeouts(statementMilliseconds: 50)) as? PostgresDatabase)
        let error = try #require(throws: PostgresFailure.self) {
            try database.perform([PostgresCommand("SELECT pg_sleep(10)::text")])
        }
        #expect(error.storageError().kind == .contention)
    }

    @Test("The transaction of a frozen worker ends by itself, and its locks with it")
    func frozenWorker() throws {
        let test = try TestDatabase(.postgres)
        let table = try Tables.users
        let frozen = try test.connect(timeouts: DatabaseTimeouts(idleInTransactionMilliseconds: 200))
        try frozen.begin()
        try frozen.insert(table.batch(users(["row"])))
        // Waits for the other's row, until the server has ended that session.
        try test.database.insert(table.batch(users(["row"])))
        #expect(try failure { try frozen.commit() }.kind == .unavailable)
        #expect(try test.committedRows(table) == 1)
    }

    @Test("Two transactions that wait for each other: one gets contention, the other continues")
    func deadlock() throws {
        let test = try TestDatabase(.postgres)
        let table = try Tables.users
        try test.database.insert(table.batch(users(["a", "b"])))
        let url = test.url
        func change(_ database: any Database, _ id: Int64) throws {
            try database.update(Update(table, set: ["email"], rows: [[.integer(id), .text("x")]]))
        }
        try test.database.begin()
        try change(test.database, 1)
        let held = DispatchSemaphore(value: 0)
        let done = DispatchSemaphore(value: 0)
        let outcome = Outcome()
        let thread = Thread {
            outcome.kind = Self.kind {
                let other = try DatabaseConnector.open(
                    DatabaseURL(url), timeouts: DatabaseTimeouts(lockMilliseconds: 20_000))
                try other.begin()
                try other.update(Update(table, set: ["email"], rows: [[.integer(2), .text("y")]]))
                held.signal()
                try other.update(Update(table, set: ["email"], rows: [[.integer(1), .text("y")]]))
                try other.commit()
            }
            done.signal()
        }
        thread.start()
        held.wait()
        let mine = Self.kind { try change(test.database, 2) }
        test.database.rollback()
        done.wait()
        #expect([mine, outcome.kind].filter { $0 == .contention }.count == 1)
        #expect([mine, outcome.kind].filter { $0 == nil }.count == 1)
    }

    @Test("A read-only transaction refuses writes as read-only")
    func readOnly() throws {
        let test = try TestDatabase(.postgres)
        let name = try #require(test.url.split(separator: "/").last)
        try test.execute("ALTER DATABASE \(name) SET default_transaction_read_only = on")
        let database = try test.connect()
        try database.begin()
        let error = try failure { try database.insert(try Tables.users.batch(users(["a"]))) }
        #expect(error.kind == .readOnly)
        #expect(error.isTransient)
        #expect(try database.select(Select(["id"], from: Tables.users)) == [])
        database.rollback()
    }

    @Test("A role without rights")
    func rights() throws {
        let test = try TestDatabase(.postgres)
        let name = try #require(test.url.split(separator: "/").last.map(String.init))
        try test.execute("CREATE ROLE \(name)_reader LOGIN; GRANT SELECT ON auth_user TO \(name)_reader")
        let url = try PostgresServer.shared().url(database: name, user: "\(name)_reader")
        let database = try DatabaseConnector.open(DatabaseURL(url))
        #expect(try database.select(Select(["id"], from: Tables.users)) == [])
        let error = try failure { try database.insert(try Tables.users.batch(users(["a"]))) }
        #expect(error.kind == .permissionDenied)
        #expect(error.description.contains("auth_user"))
    }

    @Test("A look-up that fails leaves the transaction to be rolled back")
    func failedSelect() throws {
        let test = try TestDatabase(.postgres)
        let missing = try Tables.named("sentry_project")
        try test.database.begin()
        let error = try failure { _ = try test.database.select(Select(["id"], from: missing)) }
        #expect(error.kind == .schemaMismatch)
        #expect(error.description.contains("sentry_project"))
        #expect(try failure { try test.database.insert(try Tables.users.batch(users(["a"]))) }.kind == .other)
        #expect(try failure { try test.database.commit() }.kind == .other)
        try test.database.insert(try Tables.users.batch(users(["a"])))
    }

    @Test("A live column that is shorter: the row and the column are named, the value is not")
    func shorterColumn() throws {
        let test = try TestDatabase(.postgres)
        try test.execute("ALTER TABLE auth_user ALTER username TYPE varchar(5)")
        for size in [3, 100] {
            var rows = users((0..<size).map { "u\($0)" })
            rows[2]["username"] = .text("s3cret-value")
            let error = try failure { try test.connect().insert(try Tables.users.batch(rows)) }
            #expect(error.kind == .invalidValue)
            #expect(error.rowIndex == 2)
            #expect(!error.description.contains("s3cret"))
        }
    }

    @Test("A statement prepared before the schema changed is prepared again")
    func stalePlans() throws {
        let test = try TestDatabase(.postgres)
        let query = Select(["id", "username"], from: try Tables.users)
        #expect(try test.database.select(query) == [])
        try test.execute("ALTER TABLE auth_user ALTER username TYPE text")
        let error = try failure { _ = try test.database.select(query) }
        #expect(error.kind == .contention)
        #expect(try test.database.select(query) == [])
    }

    @Test("No server answers")
    func unreachable() throws {
        let nobody = try failure { _ = try DatabaseConnector.open(DatabaseURL("postgresql://u:s3cret@127.0.0.1:1/db")) }
        #expect(nobody.kind == .unavailable)
        #expect(!nobody.description.contains("s3cret"))
        let socket = try failure { _ = try DatabaseConnector.open(DatabaseURL("postgresql:///db?host=/nowhere")) }
        #expect(socket.kind == .unavailable)
        let server = try PostgresServer.shared()
        let absent = try failure { _ = try DatabaseConnector.open(DatabaseURL(server.url(database: "absent"))) }
        #expect(absent.kind == .schemaMismatch)
        let role = try failure {
            _ = try DatabaseConnector.open(DatabaseURL(server.url(database: "postgres", user: "absent")))
        }
        #expect(role.kind == .permissionDenied)
    }

    @Test("A host that drops packets is given up after the timeout")
    func silentHost() throws {
        // Bound and never accepted from: the connection is made by the kernel, the answer never comes.
        let silent = try SilentListener()
        let clock = ContinuousClock()
        let start = clock.now
        let url = try DatabaseURL("postgresql://127.0.0.1:\(silent.port)/db")
        let error = try failure { _ = try DatabaseConnector.open(url, timeouts: DatabaseTimeouts(connectSeconds: 2)) }
        #expect(error.kind == .unavailable)
        #expect(clock.now - start < .seconds(10))
    }

    // MARK: -

    private static func kind(_ body: () throws -> Void) -> StorageError.Kind? {
        do { try body() } catch { return (error as? StorageError)?.kind ?? .other }
        return nil
    }

    private func awaitEnd(of pid: Int64, _ test: TestDatabase) throws {
        let sql = "SELECT count(*) FROM pg_stat_activity WHERE pid = \(pid)"
        while try PostgresServer.shared().sql(sql, url: test.url) != "0" { continue }
    }

    private final class Outcome: @unchecked Sendable {
        // Written before the semaphore is signalled, read after it was waited for.
        var kind: StorageError.Kind?
    }
}

/// A port that takes connections and says nothing.
private final class SilentListener {
    let port: Int
    private let descriptor: Int32

    init() throws {
        descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = inet_addr("127.0.0.1")
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let descriptor = descriptor
        let isListening = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(descriptor, $0, length) == 0 && listen(descriptor, 4) == 0
                    && getsockname(descriptor, $0, &length) == 0
            }
        }
        try #require(isListening)
        port = Int(UInt16(bigEndian: address.sin_port))
    }

    deinit { close(descriptor) }
}
