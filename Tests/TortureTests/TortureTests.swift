import Foundation
import TestSupport
import Testing

/// Runs the torture program for a minute on each database; `make torture` runs it for longer.
@Suite(.serialized) struct TortureTests {
    private static let programs: String = {
        let executable = (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")) ?? ""
        let bundle = URL(fileURLWithPath: CommandLine.arguments[0]).deletingLastPathComponent().path
        return FileManager.default.fileExists(atPath: bundle + "/Torture")
            ? bundle : URL(fileURLWithPath: executable).deletingLastPathComponent().path
    }()

    /// The exit code of a run, its result as JSON, and its output.
    private func run(_ arguments: [String]) throws -> (code: Int32?, result: [String: Any], output: String) {
        let folder = try TemporaryFolder()
        let process = try ChildProcess(
            Self.programs + "/Torture", arguments + ["--json", folder.file("json")], output: folder.file("out"),
            errors: folder.file("out"))
        let code = process.wait(seconds: 400)
        let result = try JSONSerialization.jsonObject(with: Data(folder.read("json").utf8)) as? [String: Any]
        return (code, result ?? [:], folder.read("out"))
    }

    @Test func theChecksFindLostAndDuplicatedRows() throws {
        let run = try run([
            "--database", "sqlite", "--faults", "2", "--relocations", "6", "--globals", "0", "--workers", "2",
            "--sabotage",
        ])
        #expect(run.code == 1, "\(run.output)")
        #expect(run.result["lost"] as? Int == 1, "\(run.output)")
        #expect(run.result["duplicated"] as? Int == 1, "\(run.output)")
        #expect(run.result["stuck"] as? Int == 0, "\(run.output)")
    }

    @Test(arguments: [("postgres", 90), ("sqlite", 60)])
    func nothingIsLost(database: String, faults: Int) throws {
        // Next to other tests a take-over may be slow, so the limit is generous here.
        let run = try run([
            "--database", database, "--faults", "\(faults)", "--seed", "11", "--relocations", "60", "--globals", "1",
            "--workers", "5", "--gap", "0.3", "--takeover-limit", "30",
        ])
        #expect(run.code == 0, "\(run.output)")
        #expect((run.result["met"] as? Int ?? 0) >= faults)
        #expect((run.result["rows"] as? Int ?? 0) > 1000)
        for finding in ["lost", "duplicated", "misordered", "stuck", "rows not accounted for", "two owners writing"] {
            #expect(run.result[finding] as? Int == 0, "\(finding): \(run.output)")
        }
    }
}
