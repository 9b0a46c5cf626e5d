import Foundation
import Glibc
import ProgramSupport
import TestSupport
import Testing

/// Flags of `run`, their variables, and what its log tells machines.
@Suite struct WorkerSettingTests {
    private let installation: Installation

    init() throws { installation = try Installation() }

    private func run(_ arguments: String..., environment: [String: String?] = [:]) throws -> Installation.Result {
        try installation.start("relocation-worker", ["run"] + arguments, environment: environment).result()
    }

    private func lines(_ result: Installation.Result) throws -> [[String: Any]] {
        try result.errors.split(separator: "\n").map { line in
            try #require(
                try? JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any], "not JSON: \(line)")
        }
    }

    private static let numbers = [
        "RELOCATION_CONCURRENCY", "RELOCATION_COMMIT_BATCH_ROWS", "RELOCATION_DRAIN_WAIT", "RELOCATION_MAX_ATTEMPTS",
        "RELOCATION_OUTAGE_BUDGET", "RELOCATION_STALL_LIMIT",
    ]

    @Test func aBadVariableIsNamedAndAFlagWins() throws {
        for variable in Self.numbers + [
            "RELOCATION_DRAIN", "RELOCATION_REBIND", "RELOCATION_LOG_FORMAT", "RELOCATION_LOG_LEVEL",
        ] {
            for value in ["many", "-1"] {
                let refused = try run("--drain", environment: [variable: value])
                // A flag that is given wins over its variable.
                if variable == "RELOCATION_DRAIN" { continue }
                #expect(refused.code == 64 && refused.errors.contains("\(variable) takes "), "\(refused.errors)")
            }
            let flag =
                "--" + variable.dropFirst("RELOCATION_".count).lowercased().replacingOccurrences(of: "_", with: "-")
            let value = ["log-format": "text", "log-level": "info"][String(flag.dropFirst(2))] ?? "5"
            let arguments = Self.numbers.contains(variable) || flag.hasPrefix("--log") ? [flag, value] : [flag]
            let allowed = try installation.start(
                "relocation-worker", ["run", "--drain"] + (flag == "--drain" ? [] : arguments),
                environment: [variable: "many"]
            ).result()
            #expect(allowed.code == 0, "\(flag) \(allowed.errors)")
        }
        #expect(try run(environment: ["RELOCATION_DRAIN": "maybe"]).code == 64)
        let refused = try run("--concurrency", "0")
        #expect(refused.code == 64 && refused.errors.contains("--concurrency takes 1 to 64."), "\(refused.errors)")
    }

    @Test func variablesDoWhatTheirFlagsDo() throws {
        // An empty queue ends a worker that drains.
        let drained = try run(
            environment: [
                "RELOCATION_DRAIN": "1", "RELOCATION_CONCURRENCY": "3", "RELOCATION_LOG_FORMAT": "json",
                "RELOCATION_LOG_LEVEL": "info",
            ])
        #expect(drained.code == 0, "\(drained.errors)")
        #expect(try lines(drained).first?["slots"] as? Int == 3)
        let silent = try run("--drain", environment: ["RELOCATION_LOG_LEVEL": "error"])
        #expect(silent.code == 0 && silent.errors == "")
        let staying = try installation.start(
            "relocation-worker", ["run", "--no-drain"], environment: ["RELOCATION_DRAIN": "1"])
        #expect(eventually(within: 20) { staying.errorsSoFar.contains("worker started") })
        usleep(1_000_000)
        #expect(staying.process.isRunning)
        staying.process.signal(SIGTERM)
        #expect(try staying.result().code == 0)
    }

    /// Every flag names its variable, here and in the file that deployments begin with.
    @Test func helpAndTheEnvironmentFileNameEveryVariable() throws {
        let help = try run("--help").output
        let flags = help.split(whereSeparator: { !($0.isLetter || $0.isNumber || $0 == "-") })
            .filter { $0.hasPrefix("--") }.map(String.init)
        let exempt: Set<String> = [
            "--help", "--version", "--group-rows", "--drain-wait75", "--no-drain", "--no-rebind", "--no-refuse-exports",
            // Of the enqueuer.
            "--from", "--decrypt-with-command",
        ]
        let own = Set(flags).subtracting(exempt)
        #expect(own.count >= 19, "\(own.sorted())")
        let file =
            URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().path + "/deploy/relocation.env"
        let deployed = try String(contentsOfFile: file, encoding: .utf8)
        for flag in own {
            let variable = "RELOCATION_" + flag.dropFirst(2).uppercased().replacingOccurrences(of: "-", with: "_")
            #expect(help.contains(variable), "\(variable)")
            #expect(deployed.contains(variable), "\(variable)")
        }
    }

    @Test func everyLineIsJSONWithTypedValues() throws {
        let file = try installation.folder.write(try SampleExport.json(SampleExport.users(3)), to: "export.json")
        #expect(try installation.enqueue("users", file).code == 0)
        let done = try run("--drain", "--log-format", "json", "--log-level", "debug")
        #expect(done.code == 0)
        let all = try lines(done)
        let first = try #require(all.first)
        #expect(first["message"] as? String == "worker started" && first["slots"] as? Int == 1)
        #expect(first["redis"] as? String == installation.redis.url && first["destination"] as? String == "default")
        #expect(first["database"] as? String == "sqlite://\(installation.databasePath)")
        #expect((first["version"] as? String)?.isEmpty == false)
        let claimed = try #require(all.first { $0["message"] as? String == "relocation claimed" })
        #expect(claimed["relocation.rows"] as? Int == 12 && claimed["chunks.done"] as? Int == 0)
        #expect(claimed["slot"] as? Int == 1 && claimed["relocation.file"] as? String == "export.json")
        let task = try #require(all.first { $0["message"] as? String == "task done" })
        #expect(task["task.min_ordinal"] as? Int == 1 && done.errors.contains("\"task.replay\":false"))
        #expect(all.contains { $0["message"] as? String == "relocation completed" && $0["seconds"] is Int })
    }

    @Test func theErrorThatEndsAWorkerIsALineOfItsLog() throws {
        let missing = try run(
            "--drain", "--log-format=json", environment: ["RELOCATION_DATABASE_URL": "sqlite:///nowhere/d.sqlite"])
        let last = try #require(try lines(missing).last)
        #expect(missing.code == 78 && last["exit.code"] as? Int == 78 && last["level"] as? String == "error")
        #expect((last["message"] as? String)?.contains("/nowhere/d.sqlite") == true)
        let usage = [["--concurrency", "0"], ["--no-such-flag"], ["--drain-wait"], ["--redis-url", "nonsense"]]
        for arguments in usage {
            let refused = try installation.start(
                "relocation-worker", ["run"] + arguments, environment: ["RELOCATION_LOG_FORMAT": "json"]
            ).result()
            let lines = try lines(refused)
            #expect(refused.code == 64 && lines.count == 1, "\(refused.errors)")
            #expect(lines.first?["exit.code"] as? Int == 64)
        }
        // Other commands speak to people.
        let check = try installation.worker(
            "check", environment: ["RELOCATION_LOG_FORMAT": "json", "RELOCATION_REDIS_URL": "nonsense"])
        #expect(check.code == 64 && check.errors.hasPrefix("Error: "))
    }
}
