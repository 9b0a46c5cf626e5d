import Foundation
import Glibc
import ProgramSupport
import TestSupport
import Testing

/// A Redis or a database that is down, full, read-only or wrong.
@Suite struct ServerTroubleTests {
    private static func export(in installation: Installation, users: Int = 1) throws -> String {
        try installation.folder.write(try SampleExport.json(SampleExport.users(users)), to: "export.json")
    }

    private static func expect(
        _ result: Installation.Result, _ code: Int32, _ words: String...,
        sourceLocation: SourceLocation = #_sourceLocation
    ) {
        #expect(result.code == code, "\(result.errors)", sourceLocation: sourceLocation)
        for word in words {
            #expect(result.errors.contains(word), "\(word) in: \(result.errors)", sourceLocation: sourceLocation)
        }
        #expect(!result.errors.contains(Refusal.secret), "\(result.errors)", sourceLocation: sourceLocation)
    }

    @Test func redisIsDown() throws {
        let installation = try Installation()
        let file = try Self.export(in: installation)
        installation.redis.stop()
        let queued = try installation.enqueue("users", "--findings-file", installation.folder.file("f.json"), file)
        Self.expect(queued, 69, "Redis at unix://", "Check that it runs")
        #expect(queued.output == "")
        #expect(installation.folder.read("f.json") == "[]")
        Self.expect(try installation.enqueue("status"), 69, "Check that it runs")
        Self.expect(try installation.worker("check"), 69, "Check that it runs")
        Self.expect(try installation.worker("run", "--drain", "--outage-budget", "0"), 69, "Check that it runs")
        #expect(try installation.enqueue("users", "--check", file).code == 0, "needs no Redis")
        try installation.redis.start()
        try Refusal.expectNothingQueued(installation)
    }

    @Test func theWrongPassword() throws {
        let installation = try Installation(redisLines: ["requirepass opener"], tcp: true)
        let file = try Self.export(in: installation)
        let wrong = ["RELOCATION_REDIS_URL": installation.redis.tcpURL(credentials: ":sesame@") as String?]
        let none = ["RELOCATION_REDIS_URL": installation.redis.tcpURL() as String?]
        for environment in [wrong, none] {
            let queued = try installation.enqueue("users", file, environment: environment)
            Self.expect(queued, 77, "user and password", "credentials")
            #expect(queued.output == "")
            Self.expect(try installation.worker("run", "--drain", environment: environment), 77, "credentials")
            Self.expect(try installation.worker("check", environment: environment), 77, "credentials")
        }
        #expect(try installation.redis.cli(["-a", "opener", "--no-auth-warning", "DBSIZE"]) == "0")
        let right = ["RELOCATION_REDIS_URL": installation.redis.tcpURL(credentials: ":opener@") as String?]
        #expect(try installation.enqueue("users", file, environment: right).code == 0)
    }

    @Test func aReadOnlyReplica() throws {
        let installation = try Installation(migrated: false)
        let file = try Self.export(in: installation)
        #expect(try installation.redis.cli(["REPLICAOF", "127.0.0.1", "\(try freePort())"]) == "OK")
        let queued = try installation.enqueue("users", file)
        Self.expect(queued, 69, "replica", "primary")
        #expect(queued.output == "")
        #expect(try installation.redis.cli(["REPLICAOF", "NO", "ONE"]) == "OK")
        try Refusal.expectNothingQueued(installation)
    }

    @Test func redisIsFull() throws {
        let installation = try Installation(
            redisLines: ["maxmemory 4mb", "maxmemory-policy noeviction"], migrated: false)
        // Text that no compressor makes smaller.
        let rows = (1...12_000).map { number in
            let noise = (0..<30).map { _ in String(UInt64.random(in: 0 ... .max), radix: 36) }.joined()
            return row(pk: "\(number)", #"{"username":"user-\#(number)","name":"\#(noise)"}"#)
        }
        let file = try installation.folder.write("[\(rows.joined(separator: ","))]", to: "export.json")
        // The enqueuer finds it before, or Redis at the push: its buffers count, too.
        try Refusal(75, "Redis", "Raise its maxmemory").expect(
            ["users", "--chunk-size", "1000", file], in: installation)
    }

    /// At the file size limit, the kernel ends a program that does not ignore the signal.
    @Test func aFileSizeLimitIsAFullDisk() throws {
        let installation = try Installation()
        let file = try Self.export(in: installation, users: 400)
        let uuid = try installation.enqueue("users", file).lastLine
        let worker = try installation.start(
            "relocation-worker", ["run"], under: ["prlimit", "--fsize=200000:unlimited"])
        defer { worker.process.signal(SIGTERM) }
        #expect(
            try eventually(within: 30) {
                (try installation.status(uuid)["lastTrouble"] as? String)?.contains("disk") == true
            }, "\(worker.errorsSoFar)")
        #expect(worker.process.isRunning)
        #expect(try ChildProcess("prlimit", ["--pid", "\(worker.process.pid)", "--fsize=unlimited"]).wait() == 0)
        #expect(try eventually(within: 60) { try installation.status(uuid)["status"] as? String == "SUCCESS" })
    }

    @Test func aDatabaseThatCannotBeMade() throws {
        let installation = try Installation(migrated: false)
        func migrate(_ path: String) throws -> Installation.Result {
            try installation.worker("migrate", environment: ["RELOCATION_DATABASE_URL": "sqlite://\(path)"])
        }
        Self.expect(try migrate("/nowhere/at/all.sqlite"), 73, "/nowhere/at/all.sqlite", "Create its folder")
        Self.expect(try migrate(installation.folder.path), 73, installation.folder.path, "another place")
        // No user, not even root, can create a file here.
        Self.expect(try migrate("/sys/all.sqlite"), 77, "/sys/all.sqlite", "write it and its folder")
        Self.expect(
            try installation.worker("migrate", environment: ["RELOCATION_DATABASE_URL": "oracle://somewhere"]), 64,
            "sqlite:///", "postgresql://")
    }

    @Test func aSchemaThatIsMissingOrOlder() throws {
        let installation = try Installation(migrated: false)
        _ = try Self.export(in: installation)
        let uuid = try installation.enqueue("users", installation.folder.file("export.json")).lastLine
        let path = installation.databasePath
        Self.expect(try installation.worker("run", "--drain"), 78, path, "migrate")
        Self.expect(try installation.worker("check"), 78, path, "migrate")

        try installation.folder.write("", to: "destination.sqlite")
        Self.expect(try installation.worker("run", "--drain"), 78, "sentry_", "missing", "migrate")
        let check = try installation.worker("check")
        #expect(check.code == 78)
        for table in ["auth_user", "sentry_useremail", "sentry_controlimportchunk"] {
            #expect(check.output.contains("\(table): the table is missing"), "\(check.output)")
        }

        unlink(path)
        #expect(try installation.worker("migrate").code == 0)
        #expect(try sqlite(path, "ALTER TABLE auth_user RENAME COLUMN username TO later") == "")
        Self.expect(try installation.worker("run", "--drain"), 78, "auth_user.later", "check")
        let older = try installation.worker("check")
        #expect(older.code == 78 && older.output.contains("auth_user.later"), "\(older.output)")
        Self.expect(try installation.worker("migrate"), 78, "auth_user.username")

        try installation.folder.write("sesame, sesame, this is no database at all", to: "destination.sqlite")
        Self.expect(try installation.worker("run", "--drain"), 78, "not a SQLite database")

        #expect(try installation.status(uuid)["status"] as? String == "IN_PROGRESS", "nothing of it was tried")
        unlink(path)
        #expect(try installation.worker("migrate").code == 0)
        #expect(try installation.worker("run", "--drain").code == 0)
        #expect(try installation.status(uuid)["status"] as? String == "SUCCESS")
    }

    @Test func aDatabaseOfSomebodyElse() throws {
        let installation = try Installation(migrated: false)
        #expect(try sqlite(installation.databasePath, "CREATE TABLE shoes (size INTEGER)") == "")
        Self.expect(try installation.worker("migrate"), 78, "shoes", "empty")
        #expect(try sqlite(installation.databasePath, "SELECT count(*) FROM sqlite_master") == "1")
    }
}
