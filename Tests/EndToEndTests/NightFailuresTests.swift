import Foundation
import Glibc
import ProgramSupport
import TestSupport
import Testing

/// Ten failures at night: what the operator sees, what the operator types, and that it ends well.
@Suite struct NightFailuresTests {
    private let installation: Installation
    private let file: String

    init() throws {
        installation = try Installation(tcp: true)
        file = try installation.folder.write(try SampleExport.json(SampleExport.users(3)), to: "export.json")
    }

    // MARK: What an operator does

    /// The command that `status` shows for people after `next:`, or in the line below it that begins with `label`.
    private func next(_ uuid: String, _ label: String = "") throws -> [String] {
        try next(in: installation.enqueue("status", uuid).output, label)
    }

    private func next(in text: String, _ label: String = "") throws -> [String] {
        let lines = text.split(separator: "\n").map { $0.trimmingCharacters(in: .whitespaces) }
        let start = try #require(lines.firstIndex { $0.hasPrefix("next:") }, "\(lines)")
        let line = try #require(lines[start...].first { label.isEmpty || $0.contains(label) }, "\(lines)")
        let command = try #require(line.range(of: "relocation-"), "\(line)")
        return line[command.lowerBound...].split(separator: " ").map { $0 == "FILE" ? file : String($0) }
    }

    /// Types a command, which must succeed. Returns the last line of its output.
    @discardableResult
    private func type(_ command: [String], _ environment: [String: String?] = [:]) throws -> String {
        let result = try installation.start(command[0], Array(command.dropFirst()), environment: environment).result()
        #expect(result.code == 0, "\(command): \(result.errors)")
        return result.lastLine
    }

    /// Types the command that a refusal names, which says what is missing and the remedy; then applies it, and types
    /// the command again: now nothing is missing.
    private func see(
        _ refusal: Installation.Result, _ words: String, _ environment: [String: String?] = [:],
        remedied: [String: String?]? = nil, _ remedy: () throws -> Bool = { true }
    ) throws {
        let command = try next(in: refusal.errors)
        #expect(command == ["relocation-worker", "check"])
        let seen = try installation.start(command[0], Array(command.dropFirst()), environment: environment).result()
        #expect(seen.code == refusal.code && seen.output.contains(words), "\(seen.output) \(seen.errors)")
        let isApplied = try remedy()
        #expect(isApplied)
        try type(command, remedied ?? environment)
    }

    private func expectSuccess(_ uuid: String, attempts: Int = 0) throws {
        let status = try installation.status(uuid)
        #expect(status["status"] as? String == "SUCCESS", "\(status)")
        #expect(status["attempts"] as? Int == attempts, "\(status)")
        let rows = try installation.rows(uuid)
        let sum = ["inserted", "existing", "overwritten", "dropped"].reduce(0) { $0 + (rows[$1] ?? 0) }
        #expect(rows["source"] == sum, "\(rows)")
    }

    private func drain(code: Int32 = 0) throws -> Installation.Result {
        let result = try installation.worker("run", "--drain")
        #expect(result.code == code, "\(result.errors)")
        return result
    }

    // MARK: The file

    @Test func aRowViolatesAConstraint() throws {
        // Two users are fine; the second of three rows has no date.
        let rows = [1, 2, 3].map {
            SampleExport.user($0, changes: $0 == 2 ? ["date_joined": NSNull()] : [:])
        }
        let file = try installation.folder.write(try SampleExport.json(rows), to: "export.json")
        let uuid = try installation.enqueue("users", file).lastLine
        _ = try drain(code: 1)
        let text = try installation.enqueue("status", uuid).output
        #expect(text.contains("IntegrityError in sentry.user row 2 (pk 2)"), "\(text)")
        try type(next(uuid, "--skip-row"))
        _ = try drain()
        try expectSuccess(uuid)
        #expect(try installation.table("auth_user").count == 2)
        let dropped = try installation.enqueue("dropped", uuid).output
        #expect(dropped.contains("sentry.user") && dropped.contains("skipped"), "\(dropped)")
    }

    @Test func aFieldIsUnknown() throws {
        let strange = [SampleExport.user(1, changes: ["shoe_size": 42])]
        try installation.folder.write(try SampleExport.json(strange), to: "export.json")
        let refused = try installation.enqueue("users", "--strict", file)
        #expect(refused.code == 65 && refused.output == "", "\(refused.errors)")
        #expect(
            refused.errors.contains("shoe_size") && refused.errors.contains("line 1")
                && refused.errors.contains("another version of Sentry"), "\(refused.errors)")
        let uuid = try type(next(in: refused.errors))
        _ = try drain()
        try expectSuccess(uuid)
    }

    // MARK: Redis

    @Test func redisIsFull() throws {
        #expect(try installation.redis.cli(["CONFIG", "SET", "maxmemory", "1"]) == "OK")
        let refused = try installation.enqueue("users", file)
        #expect(refused.code == 75 && refused.errors.contains("Raise its maxmemory"), "\(refused.errors)")
        try see(refused, "Raise its maxmemory") {
            try installation.redis.cli(["CONFIG", "SET", "maxmemory", "100mb"]) == "OK"
        }
        let uuid = try type(["relocation-enqueue", "users", file])
        // Workers go on in a full Redis: they make room.
        #expect(try installation.redis.cli(["CONFIG", "SET", "maxmemory", "1"]) == "OK")
        _ = try drain()
        #expect(try installation.redis.cli(["CONFIG", "SET", "maxmemory", "0"]) == "OK")
        try expectSuccess(uuid)
    }

    @Test func redisIsAReplica() throws {
        #expect(try installation.redis.cli(["REPLICAOF", "127.0.0.1", "\(try freePort())"]) == "OK")
        let refused = try installation.enqueue("users", file)
        #expect(
            refused.code == 69 && refused.errors.contains("replica") && refused.errors.contains("primary"),
            "\(refused.errors)")
        try see(refused, "primary") {
            try installation.redis.cli(["REPLICAOF", "NO", "ONE"]) == "OK"
        }
        let uuid = try type(["relocation-enqueue", "users", file])
        _ = try drain()
        try expectSuccess(uuid)
    }

    @Test func thePasswordIsWrong() throws {
        #expect(try installation.redis.cli(["CONFIG", "SET", "requirepass", "opener"]) == "OK")
        let wrong = ["RELOCATION_REDIS_URL": installation.redis.tcpURL(credentials: ":sesame@") as String?]
        let refused = try installation.enqueue("users", file, environment: wrong)
        #expect(refused.code == 77 && refused.errors.contains("user and password"), "\(refused.errors)")
        #expect(!refused.errors.contains("sesame"))
        let right = ["RELOCATION_REDIS_URL": installation.redis.tcpURL(credentials: ":opener@") as String?]
        try see(refused, "credentials", wrong, remedied: right)
        let uuid = try type(["relocation-enqueue", "users", file], right)
        try type(["relocation-worker", "run", "--drain"], right)
        #expect(
            try installation.redis.cli(["-a", "opener", "--no-auth-warning", "CONFIG", "SET", "requirepass", ""])
                == "OK")
        try expectSuccess(uuid)
    }

    /// The database knows what Redis has forgotten.
    @Test func redisIsEmptied() throws {
        let uuid = try installation.enqueue("users", "--chunk-size", "1", file).lastLine
        let worker = try installation.start(
            "relocation-worker", ["run", "--commit-batch-rows", "1"],
            environment: ["RELOCATION_FAILPOINT": "chunk.after:4:hang"])
        #expect(try eventually(within: 30) { try installation.table("auth_user").count == 3 })
        worker.process.signal(SIGKILL)
        _ = try worker.result()
        #expect(try installation.redis.cli(["FLUSHALL"]) == "OK")
        let unknown = try installation.enqueue("status", uuid)
        #expect(unknown.code == 66 && unknown.errors.contains(uuid), "\(unknown.errors)")
        let command = try next(in: unknown.errors)
        #expect(command == ["relocation-worker", "imports"])
        let imports = try installation.worker(command[1])
        #expect(imports.output.contains(uuid.prefix(8)) && imports.output.contains("export.json"), "\(imports.output)")
        #expect(try type(next(in: imports.output)) == uuid)
        _ = try drain()
        try expectSuccess(uuid)
        #expect(try installation.table("auth_user").count == 3)
    }

    // MARK: The database

    @Test func postgresIsRestarted() throws {
        let server = try PostgresServer()
        let database = ["RELOCATION_DATABASE_URL": try server.createDatabase() as String?]
        try type(["relocation-worker", "migrate"], database)
        // The worker has worked: it waits for its database as long as it takes.
        let first = try installation.enqueue("users", file).lastLine
        let worker = try installation.start("relocation-worker", ["run"], environment: database)
        defer { worker.process.signal(SIGTERM) }
        #expect(try eventually(within: 30) { try isDone(first) })
        server.kill()
        let uuid = try installation.enqueue("users", file).lastLine
        #expect(try eventually(within: 30) { try trouble(uuid) != nil }, "\(worker.errorsSoFar)")
        // What helps is to start the server: the command says so, and that nothing is missing then.
        let command = try next(uuid)
        #expect(try installation.worker(command[1], environment: database).code == 69, "\(command)")
        try server.start()
        try type(command, database)
        #expect(try eventually(within: 60) { try isDone(uuid) }, "\(worker.errorsSoFar)")
        try expectSuccess(uuid)
    }

    @Test func postgresIsOutOfConnections() throws {
        let server = try PostgresServer(settings: [
            "max_connections": "5", "superuser_reserved_connections": "0", "client_connection_check_interval": "500ms",
        ])
        let url = try server.createDatabase()
        let database = ["RELOCATION_DATABASE_URL": url as String?]
        try type(["relocation-worker", "migrate"], database)
        let first = try installation.enqueue("users", file).lastLine
        let worker = try installation.start("relocation-worker", ["run"], environment: database)
        defer { worker.process.signal(SIGTERM) }
        #expect(try eventually(within: 30) { try isDone(first) })
        // Other programs take every connection, the worker's too.
        let others = try (0..<8).map { _ in
            try ChildProcess(
                "/usr/bin/env",
                [
                    "psql", "-qX", url, "-c",
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name LIKE '%relocation%'",
                    "-c", "SELECT pg_sleep(600)",
                ],
                output: installation.folder.file("psql"), errors: installation.folder.file("psql"), folder: "/")
        }
        let uuid = try installation.enqueue("users", file).lastLine
        #expect(
            try eventually(within: 30) {
                try trouble(uuid)?.contains("connections") == true || trouble(uuid)?.contains("clients") == true
            }, "\(worker.errorsSoFar)")
        let command = try next(uuid)
        #expect(try installation.worker(command[1], environment: database).code == 69, "\(command)")
        for other in others { other.signal(SIGKILL) }
        #expect(try eventually(within: 30) { try installation.worker(command[1], environment: database).code == 0 })
        #expect(try eventually(within: 60) { try isDone(uuid) }, "\(worker.errorsSoFar)")
        try expectSuccess(uuid)
    }

    /// Ten minutes are many probes: here a few seconds with some.
    @Test func theDiskIsFull() throws {
        let many = try installation.folder.write(try SampleExport.json(SampleExport.users(400)), to: "many.json")
        let uuid = try installation.enqueue("users", many).lastLine
        let worker = try installation.start(
            "relocation-worker", ["run"], under: ["prlimit", "--fsize=200000:unlimited"])
        defer { worker.process.signal(SIGTERM) }
        #expect(try eventually(within: 30) { try trouble(uuid)?.contains("disk") == true }, "\(worker.errorsSoFar)")
        sleep(5)
        #expect(try trouble(uuid)?.contains("disk") == true)
        #expect(try next(uuid).prefix(2) == ["relocation-worker", "check"])
        #expect(try ChildProcess("prlimit", ["--pid", "\(worker.process.pid)", "--fsize=unlimited"]).wait() == 0)
        try type(["relocation-worker", "check"])
        #expect(try eventually(within: 60) { try isDone(uuid) }, "\(worker.errorsSoFar)")
        try expectSuccess(uuid)
    }

    /// A column that nobody fills stands in the way: what an unfinished upgrade of Sentry leaves.
    @Test func theSchemaIsOlder() throws {
        let uuid = try installation.enqueue("users", file).lastLine
        #expect(try sqlite(installation.databasePath, "ALTER TABLE auth_user RENAME COLUMN username TO later") == "")
        let refused = try drain(code: 78)
        #expect(
            refused.errors.contains("auth_user.later") && refused.errors.contains("relocation-worker check"),
            "\(refused.errors)")
        #expect(try installation.status(uuid)["status"] as? String == "IN_PROGRESS")
        // Whoever asks Redis learns it, too, although the worker is gone.
        #expect(try trouble(uuid)?.contains("auth_user.later") == true)
        #expect(try next(uuid) == next(in: refused.errors))
        try see(refused, "auth_user.later") {
            // What an upgrade of Sentry does.
            try sqlite(installation.databasePath, "ALTER TABLE auth_user RENAME COLUMN later TO username") == ""
        }
        _ = try drain()
        try expectSuccess(uuid)
    }

    private func isDone(_ uuid: String) throws -> Bool {
        try installation.status(uuid)["status"] as? String == "SUCCESS"
    }

    private func trouble(_ uuid: String) throws -> String? { try installation.status(uuid)["trouble"] as? String }
}
