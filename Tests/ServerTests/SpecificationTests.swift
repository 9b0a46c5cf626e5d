import Foundation
import ProgramSupport
import TestSupport
import Testing

/// What foreign tools say of the server. deploy/install-packages installs them.
@Suite("The API and the metrics keep to their specifications")
struct SpecificationTests {
    private let installation: Installation

    init() throws { installation = try Installation() }

    private static let root = URL(fileURLWithPath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent().path

    /// Runs a tool in the test's folder; its output if it fails.
    private func complaint(_ tool: String, _ arguments: [String], input: String? = nil) throws -> String? {
        let log = installation.folder.file("tool.\(UUID().uuidString)")
        let process = try ChildProcess(
            tool, arguments, input: input, output: log, errors: log, folder: installation.folder.path)
        return process.wait(seconds: 300) == 0 ? nil : try String(contentsOfFile: log, encoding: .utf8)
    }

    private static func python(_ tool: String) -> String { "\(root)/.build/python/bin/\(tool)" }

    @Test func theDocumentIsOpenAPI() throws {
        let server = try RunningServer(installation, "serve")
        let answer = try server.ask("GET", "/api/v1/openapi.json", token: RunningServer.readToken)
        #expect(answer.status == 200)
        let file = try installation.folder.write(answer.body, to: "openapi.json")
        #expect(try complaint(Self.python("openapi-spec-validator"), ["--errors", "all", file]) == nil)
        #expect((answer.object["paths"] as? [String: Any])?.count == 33)
    }

    @Test func theServerDoesWhatTheDocumentSays() throws {
        // The tool asks for this one by its first digits, so that not all of its requests end with 404.
        let file = try installation.folder.write(SampleExport.json(SampleExport.users(1)), to: "users.json")
        let known = "c0ffee00-8a4e-4d6c-9f0e-3d1c2b7a9e13"
        #expect(try installation.enqueue("users", "--import-uuid", known, file).code == 0)
        #expect(try installation.worker("run", "--drain").code == 0)
        let server = try RunningServer(installation, "serve")
        let complaint = try complaint(
            Self.python("schemathesis"),
            [
                "--config-file", "\(Self.root)/Tests/ServerTests/schemathesis.toml", "run",
                "\(server.url)/api/v1/openapi.json", "-H", "Authorization: Bearer \(RunningServer.operatorToken)",
                "--max-examples", "20", "--seed", "1", "--no-color",
            ])
        #expect(complaint == nil, "\(complaint ?? "")")
        #expect(try server.stop() == 0)
    }

    /// What a worker shows that has imported something, has failed once and has something left to do.
    private func metrics() throws -> String {
        let server = try RunningServer(installation, "run")
        let folder = installation.folder
        let sound = try folder.write(SampleExport.json(SampleExport.users(3)), to: "users.json")
        let name = String(repeating: "n", count: 300)
        let faulty = try folder.write(
            SampleExport.json([SampleExport.user(1, changes: ["name": name])]), to: "faulty.json")
        for file in [sound, faulty] {
            #expect(try server.ask("POST", "/api/v1/relocations?scope=users", file: file).status == 201)
        }
        #expect(
            try eventually(within: 20) {
                let states = try server.ask("GET", "/api/v1/relocations").list.compactMap { $0["status"] as? String }
                return states.sorted() == ["FAILURE", "SUCCESS"]
            })
        let answer = try server.ask("GET", "/metrics", token: RunningServer.readToken)
        #expect(answer.headers["content-type"] == "text/plain; version=0.0.4; charset=utf-8")
        #expect(try server.stop() == 0)
        return answer.body
    }

    @Test func metricsAreSoundAndCountWhatHasHappened() throws {
        let metrics = try metrics()
        let file = try installation.folder.write(metrics, to: "metrics.txt")
        #expect(try complaint("promtool", ["check", "metrics"], input: file) == nil)
        for line in [
            #"relocation_transitions_total{transition="completed"} 1"#,
            #"relocation_transitions_total{transition="failed"} 1"#,
            #"relocation_failures_total{kind="ValidationError"} 1"#,
            #"relocation_rows_total{model="sentry.user",outcome="inserted"} 3"#,
            #"relocation_rows_total{model="sentry.useroption",outcome="inserted"} 3"#,
            #"relocation_task_duration_seconds_count{kind="chunk"} 4"#,
            #"relocation_task_wait_seconds_count{kind="chunk"} 2"#,
            #"relocation_redis_call_duration_seconds_count{call="claim"} 2"#,
            #"relocation_queue_waiting{destination="default"} 0"#, #"relocation_workers{destination="default"} 1"#,
            "relocation_redis_up 1", "relocation_database_up 1", "relocation_wait_seconds_count 2",
        ] {
            #expect(metrics.split(separator: "\n").contains(Substring(line)), "\(line)\n\(metrics)")
        }
        // How often depends on how many tasks a commit holds.
        #expect(metrics.contains(#/relocation_database_commit_duration_seconds_count [1-9]/#))
        #expect(metrics.contains(#/relocation_redis_call_duration_seconds_count\{call="acknowledge"\} [1-9]/#))
    }

    @Test func alertsAndDashboardNameMetricsThatThereAre() throws {
        let folder = installation.folder
        let rules = try String(contentsOfFile: "\(Self.root)/deploy/prometheus/relocation.rules.yml", encoding: .utf8)
        _ = try folder.write(rules, to: "relocation.rules.yml")
        let test = try String(contentsOfFile: "\(Self.root)/Tests/ServerTests/relocation.test.yml", encoding: .utf8)
        #expect(try complaint("promtool", ["check", "rules", "relocation.rules.yml"]) == nil)
        #expect(try complaint("promtool", ["test", "rules", try folder.write(test, to: "test.yml")]) == nil)

        let metrics = try metrics()
        let known = Set(
            metrics.split(separator: "\n").filter { !$0.hasPrefix("#") }.map { $0.prefix { $0 != "{" && $0 != " " } })
        let dashboard = try String(contentsOfFile: "\(Self.root)/deploy/grafana/relocation.json", encoding: .utf8)
        let expressions = Self.lines(rules, with: "expr:") + Self.lines(dashboard, with: "\"expr\":")
        #expect(expressions.count > 20)
        for expression in expressions {
            let named = expression.matches(of: #/relocation_[a-z_]+/#).map(\.output)
            #expect(!named.isEmpty, "\(expression)")
            for name in named { #expect(known.contains(name), "\(name) in \(expression)") }
        }
    }

    private static func lines(_ text: String, with mark: String) -> [Substring] {
        text.split(separator: "\n").filter { $0.contains(mark) }
    }
}
