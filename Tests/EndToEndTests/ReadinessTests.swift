import Foundation
import Glibc
import ProgramSupport
import TestSupport
import Testing

/// `check` promises what `run` keeps: each thing that would fail is named with its remedy.
@Suite struct ReadinessTests {
    private func check(
        _ installation: Installation, _ arguments: String..., environment: [String: String?] = [:]
    ) throws -> Installation.Result {
        try installation.start("relocation-worker", ["check"] + arguments, environment: environment).result()
    }

    private static func expect(
        _ result: Installation.Result, _ code: Int32, _ words: String...,
        sourceLocation: SourceLocation = #_sourceLocation
    ) {
        let all = result.output + result.errors
        #expect(result.code == code, "\(all)", sourceLocation: sourceLocation)
        for word in words { #expect(all.contains(word), "\(word) in: \(all)", sourceLocation: sourceLocation) }
    }

    @Test func whereAllIsWellEveryLineSaysSo() throws {
        let installation = try Installation(redisLines: ["appendonly yes"])
        let result = try check(installation, "--strict")
        #expect(result.code == 0 && result.errors == "", "\(result.output)\(result.errors)")
        let lines = result.output.split(separator: "\n")
        #expect(lines.count >= 12 && lines.allSatisfy { $0.hasPrefix("ok ") }, "\(result.output)")
        for words in ["reachable.", "Redis evicts nothing", "A row was written and taken back", "has ", "Clocks agree"]
        {
            #expect(result.output.contains(words), "\(words) in \(result.output)")
        }
        // Nothing stays.
        #expect(try installation.redis.cli(["DBSIZE"]) == "0")
        #expect(try installation.table("sentry_regionimportchunk").isEmpty)
        let object = try #require(
            try JSONSerialization.jsonObject(with: Data(try check(installation, "--json").output.utf8))
                as? [String: Any])
        #expect(object["isReady"] as? Bool == true && object["exitCode"] as? Int == 0)
        let checks = try #require(object["checks"] as? [[String: Any]])
        #expect(checks.count == lines.count)
        #expect(checks.first?["name"] as? String == "redis.reachable" && checks.first?["verdict"] as? String == "ok")
    }

    @Test func theMailServerIsTriedAndNothingSent() throws {
        let installation = try Installation()
        var behaviour = MailServer.Behaviour()
        behaviour.needsLogin = true
        let server = try MailServer(behaviour)
        let settings: [String: String?] = [
            "RELOCATION_MAIL_URL": "smtp-plain://robot@localhost:\(server.port)", "RELOCATION_MAIL_PASSWORD": "s3cret",
            "RELOCATION_MAIL_FROM": "sentry@example.com", "RELOCATION_INSTALLATION_URL": "https://sentry.example.com",
        ]
        func check(_ changes: [String: String?], _ arguments: String...) throws -> Installation.Result {
            try installation.start(
                "relocation-worker", ["check"] + arguments, environment: settings.merging(changes) { $1 }
            ).result()
        }
        Self.expect(
            try check([:]), 0,
            "ok       The mail server localhost:\(server.port) (no encryption, with a login) takes mails")
        #expect(try server.mails().isEmpty)
        let wrong = ["RELOCATION_MAIL_PASSWORD": "wr0ng"]
        Self.expect(try check(wrong), 0, "warning  The mail server", "refuses the login: 535", "--mail-url")
        #expect(try !check(wrong).output.contains("wr0ng"))
        Self.expect(try check(wrong, "--strict"), 78)
        Self.expect(try check(["RELOCATION_MAIL_FROM": nil]), 64, "problem", "Mails need a sender")
        server.stop()
        Self.expect(try check([:]), 0, "warning  The mail server", "cannot be reached")
    }

    @Test func warningsFailWithStrictOnly() throws {
        let installation = try Installation(redisLines: ["maxmemory 64mb", "maxmemory-policy allkeys-lru"])
        let lax = try check(installation)
        Self.expect(lax, 0, "warning  Redis keeps nothing across a restart: set appendonly yes.", "set noeviction")
        #expect(lax.errors == "")
        Self.expect(try check(installation, "--strict"), 78, "2 warnings, and --strict takes none")
        let json = try check(installation, "--strict", "--json")
        #expect(json.code == 78 && json.output.contains("\"exitCode\" : 78"), "\(json.output)")
    }

    @Test func redisIsNearlyFull() throws {
        let installation = try Installation(redisLines: ["maxmemory 100mb"])
        try installation.redis.cli(["SETRANGE", "big", "96000000", "x"])
        Self.expect(try check(installation), 0, "warning  Redis is nearly full", "Raise its maxmemory")
        #expect(try installation.redis.cli(["CONFIG", "SET", "maxmemory", "50mb"]) == "OK")
        Self.expect(try check(installation), 75, "problem  Redis is full", "Raise its maxmemory")
    }

    /// What a user may not do is found by doing it: this one may not even ask for its rights.
    @Test func aForbiddenCommandIsNamedByEveryCommand() throws {
        let installation = try Installation()
        let granted = try DocumentedUser.commands().filter { !["+hset", "+zadd"].contains($0) }
        #expect(
            try installation.redis.cli(["ACL", "SETUSER", "few", "on", ">secret", "~{test}:*", "-@all"] + granted)
                == "OK")
        let few = ["RELOCATION_REDIS_URL": "unix://few:secret@\(installation.redis.socketPath)" as String?]
        let checked = try check(installation, environment: few)
        Self.expect(checked, 77, "may not run HSET, ZADD", "ACL SETUSER few +hset +zadd")
        let file = try installation.folder.write(try SampleExport.json(SampleExport.users(1)), to: "export.json")
        for result in [
            try installation.worker("run", "--drain", environment: few),
            try installation.enqueue("users", file, environment: few),
        ] { Self.expect(result, 77, "HSET", "ACL SETUSER few", "+hset") }
        // Direct calls are named too.
        #expect(try installation.redis.cli(["ACL", "SETUSER", "few", "+hset", "+zadd", "-info"]) == "OK")
        Self.expect(try check(installation, environment: few), 77, "may not run INFO", "ACL SETUSER few +info")
        #expect(try installation.redis.cli(["ACL", "SETUSER", "few", "+info", "-evalsha"]) == "OK")
        Self.expect(try check(installation, environment: few), 77, "may not run EVALSHA", "+evalsha")
        #expect(try installation.redis.cli(["ACL", "SETUSER", "few", "+evalsha"]) == "OK")
        Self.expect(try check(installation, environment: few), 0, "Redis runs every command of the queue")
        #expect(try installation.redis.cli(["--scan", "--pattern", "*check*"]) == "")
    }

    @Test func aForbiddenPrefixIsNamed() throws {
        let installation = try Installation()
        #expect(
            try installation.redis.cli(["ACL", "SETUSER", "other", "on", ">secret", "~{other}:*", "+@all"]) == "OK")
        let other = ["RELOCATION_REDIS_URL": "unix://other:secret@\(installation.redis.socketPath)" as String?]
        Self.expect(try check(installation, environment: other), 77, "key of the queue", "ACL SETUSER other ~{test}:*")
    }

    @Test func aCommandThatTheServerLacksIsNamed() throws {
        let installation = try Installation(redisLines: ["rename-command ZADD \"\"", "rename-command LSET \"\""])
        Self.expect(try check(installation), 78, "Redis does not know ZADD, LSET", "rename-command")
        let file = try installation.folder.write(try SampleExport.json(SampleExport.users(1)), to: "export.json")
        for result in [try installation.enqueue("users", file), try installation.worker("run", "--drain")] {
            #expect(result.code == 78 && result.errors.contains("does not know ZADD, LSET"), "\(result.errors)")
        }
    }

    @Test func aReplicaIsNamed() throws {
        let installation = try Installation()
        #expect(try installation.redis.cli(["REPLICAOF", "127.0.0.1", "\(try freePort())"]) == "OK")
        Self.expect(try check(installation), 69, "problem  Redis is a read-only replica", "primary")
        #expect(try installation.redis.cli(["CONFIG", "SET", "replica-read-only", "no"]) == "OK")
        Self.expect(try check(installation), 0, "warning  Redis is a replica that takes writes and forgets them")
    }

    /// Each of them is named, although one of them is away.
    @Test func everythingIsLookedAt() throws {
        let installation = try Installation(migrated: false)
        installation.redis.stop()
        let result = try check(installation)
        Self.expect(
            result, 69, "problem  Redis at unix://", "problem  there is no database file",
            "2 problems would make imports fail")
    }

    @Test func payloadKeysMustOpenWhatWaits() throws {
        let installation = try Installation()
        func keys(_ id: String, _ byte: UInt8) throws -> String {
            let path = try installation.folder.write(
                "\(id) \(Data(repeating: byte, count: 32).base64EncodedString())\n", to: "\(id)\(byte)")
            chmod(path, 0o600)
            return path
        }
        let right = try keys("may", 1)
        let file = try installation.folder.write(try SampleExport.json(SampleExport.users(1)), to: "export.json")
        let queued = try installation.enqueue("users", "--payload-key-file", right, file)
        #expect(queued.code == 0)
        Self.expect(try check(installation), 78, queued.lastLine, "Payload keys: none", "the payload key \"may\"")
        Self.expect(try check(installation, "--payload-key-file", try keys("may", 2)), 78, "does not open with")
        Self.expect(
            try check(installation, "--payload-key-file", right), 0, "Payload keys: may; they open all that waits")
        // Another destination's relocations are no concern of this worker.
        Self.expect(try check(installation, "--destination", "eu"), 0, "Payload keys: none")
        Self.expect(try check(installation, "--payload-key-file", "/nowhere"), 66, "problem")
    }

    @Test(.enabled(if: SmallDisk.isAvailable)) func scarceSpaceIsAWarning() throws {
        let installation = try Installation()
        let disk = try SmallDisk(megabytes: 64)
        let url = ["RELOCATION_DATABASE_URL": "sqlite://\(disk.path)/d.sqlite" as String?]
        #expect(try installation.worker("migrate", environment: url).code == 0)
        Self.expect(try check(installation, environment: url), 0, "MiB left: make room")
        // Root may write to any file, but nobody to this one.
        #expect(mount("tmpfs", disk.path, "tmpfs", UInt(MS_REMOUNT | MS_RDONLY), nil) == 0)
        Self.expect(try check(installation, environment: url), 77, "d.sqlite")
    }

    /// A long import holds the lock: `check` must not take that for a fault.
    @Test func aBusyFileIsAWarning() throws {
        let installation = try Installation()
        let ready = installation.folder.file("ready")
        let script = """
            import sqlite3, sys, time
            db = sqlite3.connect(sys.argv[1], isolation_level=None); db.execute("BEGIN IMMEDIATE")
            open(sys.argv[2], "w").close(); time.sleep(60)
            """
        let holder = try ChildProcess("python3", ["-c", script, installation.databasePath, ready])
        #expect(eventually(within: 10) { access(ready, F_OK) == 0 })
        Self.expect(try check(installation), 0, "warning  A write could not be tried", "locked")
        holder.signal(SIGKILL)
    }
}

/// The Redis user that deploy/redis.conf documents.
enum DocumentedUser {
    static func commands() throws -> [String] {
        let path =
            URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().path + "/deploy/redis.conf"
        let line = try #require(
            try String(contentsOfFile: path, encoding: .utf8).split(separator: "\n").first {
                $0.hasPrefix("user relocation ")
            })
        return line.split(separator: " ").filter { $0.hasPrefix("+") }.map(String.init)
    }
}
