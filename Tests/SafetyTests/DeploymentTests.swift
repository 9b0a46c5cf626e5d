import Foundation
import ProgramSupport
import TestSupport
import Testing

/// The files in deploy/, as the programs they are for read them.
@Suite struct DeploymentTests {
    static let deploy =
        URL(fileURLWithPath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent().path + "/deploy/"

    static func content(_ name: String) throws -> String {
        try String(contentsOfFile: deploy + name, encoding: .utf8)
    }

    @Test func theDocumentedRedisUserRunsAWholeImport() throws {
        let installation = try Installation()
        let line = try #require(
            try Self.content("redis.conf").split(separator: "\n").first { $0.hasPrefix("user relocation ") })
        let words = line.split(separator: " ").dropFirst(2).map { $0 == ">CHANGE-ME" ? ">secret" : String($0) }
        #expect(try installation.redis.cli(["ACL", "SETUSER", "relocation"] + words) == "OK")
        let environment: [String: String?] = [
            "RELOCATION_REDIS_URL": "unix://relocation:secret@\(installation.redis.socketPath)",
            "RELOCATION_REDIS_PREFIX": "relocation",
        ]
        func run(_ program: String, _ arguments: String..., code: Int32 = 0) throws -> Installation.Result {
            let result = try installation.start(program, arguments, environment: environment).result()
            #expect(result.code == code, "\(arguments) \(result.errors)")
            return result
        }
        let rows = SampleExport.users(5) + [SealedImportTests.organization]
        let file = try installation.folder.write(try SampleExport.json(rows), to: "export.json")
        var uuids: [String] = []
        for arguments in [["users"], ["users", "--atomic"], ["organizations"]] {
            let queued = try installation.start(
                "relocation-enqueue", arguments + ["--chunk-size", "2", file], environment: environment
            ).result()
            #expect(queued.code == 0, "\(queued.errors)")
            uuids.append(queued.lastLine)
        }
        _ = try run("relocation-enqueue", "pause", uuids[0])
        _ = try run("relocation-enqueue", "unpause", uuids[0])
        _ = try run("relocation-worker", "run", "--drain")
        for uuid in uuids {
            #expect(try run("relocation-enqueue", "status", uuid, "--json").output.contains("SUCCESS"))
        }

        // A chunk that fails, is skipped, and one relocation that is given up.
        var broken = (1...3).map { SampleExport.user($0) }
        broken[1] = SampleExport.user(2, changes: ["username": NSNull()])
        let other = try installation.folder.write(try SampleExport.json(broken), to: "broken.json")
        let failed = try run("relocation-enqueue", "users", "--chunk-size", "1", other).lastLine
        _ = try run("relocation-worker", "run", "--drain", code: 1)
        _ = try run("relocation-enqueue", "dropped", failed)
        _ = try run("relocation-enqueue", "retry", failed, "--skip-chunk", "--accept-loss")
        _ = try run("relocation-enqueue", "abort", failed)
        _ = try run("relocation-enqueue", "retry", "--no-prompt")
        _ = try run("relocation-enqueue", "cancel", failed)
        _ = try run("relocation-enqueue", "findings", failed)
        _ = try run("relocation-enqueue", "history", String(failed.prefix(8)))
        _ = try run("relocation-enqueue", "delete", failed, "--no-prompt")
        _ = try run("relocation-enqueue", "list", "--status", "failure")
        _ = try run("relocation-enqueue", "workers")
        _ = try run("relocation-enqueue", "pause", "--all", "--no-prompt")
        _ = try run("relocation-enqueue", "unpause", "--all")
        _ = try run("relocation-worker", "check")

        let denied = try installation.redis.cli(["ACL", "LOG"])
        #expect(!denied.contains("command") || denied.contains("config|get"), "\(denied)")
        for command in [["FLUSHALL"], ["KEYS", "*"], ["CONFIG", "SET", "save", ""], ["GET", "other"], ["SHUTDOWN"]] {
            let answer = try installation.redis.cli(
                ["--user", "relocation", "--pass", "secret", "--no-auth-warning"] + command)
            #expect(answer.contains("NOPERM"), "\(command): \(answer)")
        }
    }

    /// Every command granted is needed: without it some call of the queue is refused.
    @Test func theRedisUserHasNoCommandTooMany() throws {
        let line = try #require(
            try Self.content("redis.conf").split(separator: "\n").first { $0.hasPrefix("user relocation ") })
        let granted = line.split(separator: " ").filter { $0.hasPrefix("+") }.map { $0.dropFirst().lowercased() }
        let queue = Self.deploy + "../Sources/Pipeline/Queue/"
        let sources = try FileManager.default.contentsOfDirectory(atPath: queue).map {
            try String(contentsOfFile: queue + $0, encoding: .utf8)
        }.joined()
        for command in granted {
            let name = command.split(separator: "|").first.map { $0.uppercased() } ?? ""
            #expect(
                ["redis.call", "redis.pcall", "read"].contains { sources.contains("\($0)('\(name)'") }
                    || sources.contains("[\"\(name)\"")
                    || sources.contains("command(\"\(name)\""), "\(command)")
        }
    }

    @Test func theUnitIsValid() throws {
        let folder = try TemporaryFolder()
        let unit = try Self.content("relocation-worker@.service")
            .replacing("/usr/local/bin/relocation-worker", with: Programs.folder + "/relocation-worker")
        let path = try folder.write(unit, to: "relocation-worker@1.service")
        let output = folder.file("verify")
        let verify = try ChildProcess(
            "systemd-analyze", ["verify", "--recursive-errors=no", "--man=no", path], output: output, errors: output)
        #expect(verify.wait(seconds: 60) == 0, "\(folder.read("verify"))")
        // It does complain where something is wrong.
        let wrong = try folder.write(unit + "\nNoSuchSetting=yes\n", to: "wrong@1.service")
        let refuse = try ChildProcess("systemd-analyze", ["verify", "--recursive-errors=no", "--man=no", wrong])
        #expect(refuse.wait(seconds: 60) != 0)
    }

    /// supervisord with the documented program, for the installation's Redis and database.
    private func supervise(_ installation: Installation) throws -> ChildProcess {
        let folder = installation.folder
        try folder.write(
            """
            # a comment

            RELOCATION_REDIS_URL=\(installation.redis.url)
            RELOCATION_REDIS_PREFIX=test
            RELOCATION_DATABASE_URL=sqlite://\(installation.databasePath)
            """, to: "worker.env")
        let program = try Self.content("supervisord.conf")
            .replacing("/usr/local/bin/relocation-worker-env", with: Self.deploy + "relocation-worker-env")
            .replacing("/usr/local/bin/relocation-worker run", with: Programs.folder + "/relocation-worker run")
            .replacing("/var/lib/relocation", with: folder.path).replacing("/var/log/relocation", with: folder.path)
            .replacing("user=relocation\n", with: "")
        let configuration = try folder.write(
            """
            [supervisord]
            nodaemon=true
            logfile=\(folder.file("supervisord.log"))
            pidfile=\(folder.file("supervisord.pid"))
            childlogdir=\(folder.path)

            """ + program, to: "supervisord.conf")
        return try ChildProcess(
            "supervisord", ["-c", configuration], environment: ["RELOCATION_ENV": folder.file("worker.env")],
            output: folder.file("out"), errors: folder.file("out"))
    }

    @Test func supervisordLeavesAWorkerThatCannotRun() throws {
        // Nobody has migrated the database: every start ends with 78.
        let installation = try Installation(migrated: false)
        let folder = installation.folder
        let supervisor = try supervise(installation)
        func count(_ text: String) -> Int { folder.read("supervisord.log").components(separatedBy: text).count - 1 }
        #expect(
            eventually(within: 30) { count("(exit status 78; expected)") == 2 },
            "\(folder.read("out"))\(folder.read("supervisord.log"))")
        supervisor.signal(SIGTERM)
        #expect(supervisor.wait(seconds: 30) == 0)
        #expect(count("spawned:") == 2 && count("exited:") == 2, "\(folder.read("supervisord.log"))")
    }

    @Test func settingsThatCannotBeReadHaveACodeOfTheirOwn() throws {
        let folder = try TemporaryFolder()
        let broken = try folder.write("RELOCATION_LOG=1\nno setting\n", to: "broken.env")
        for (path, code) in [(folder.file("none"), 66), (broken, 78)] as [(String, Int32)] {
            let wrapper = try ChildProcess(
                Self.deploy + "relocation-worker-env", ["true"], environment: ["RELOCATION_ENV": path],
                output: folder.file("out"), errors: folder.file("out"))
            #expect(wrapper.wait(seconds: 10) == code, "\(folder.read("out"))")
            #expect(folder.read("out").contains(path))
        }
    }

    @Test func supervisordRestartsAKilledWorker() throws {
        let installation = try Installation()
        let folder = installation.folder
        let supervisor = try supervise(installation)
        defer {
            supervisor.signal(SIGTERM)
            _ = supervisor.wait(seconds: 20)
        }
        func running() -> [Int32] {
            folder.read("supervisord.log").matches(of: #/spawned: '[^']*' with pid (\d+)/#).compactMap { Int32($0.1) }
        }
        #expect(
            eventually(within: 30) { running().count == 2 }, "\(folder.read("out"))\(folder.read("supervisord.log"))")
        let first = running()
        let file = try folder.write(try SampleExport.json(SampleExport.users(3)), to: "export.json")
        let before = try installation.enqueue("users", file).lastLine
        #expect(try eventually(within: 30) { try installation.status(before)["status"] as? String == "SUCCESS" })
        for pid in first { kill(pid, SIGKILL) }
        #expect(eventually(within: 30) { running().count == 4 }, "\(folder.read("supervisord.log"))")
        let after = try installation.enqueue("users", file).lastLine
        #expect(try eventually(within: 30) { try installation.status(after)["status"] as? String == "SUCCESS" })
        supervisor.signal(SIGTERM)
        #expect(supervisor.wait(seconds: 30) == 0)
        #expect(!folder.read("supervisord.log").contains("killing"), "the workers ended in order")
    }
}
