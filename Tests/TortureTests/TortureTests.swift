import Foundation
import TestSupport
import Testing

/// The torture program for a minute on each database: `make torture` runs it for longer.
@Suite(.serialized) struct TortureTests {
    private static let programs: String = {
        let executable = (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")) ?? ""
        let bundle = URL(fileURLWithPath: CommandLine.arguments[0]).deletingLastPathComponent().path
        return FileManager.default.fileExists(atPath: bundle + "/Torture")
            ? bundle : URL(fileURLWithPath: executable).deletingLastPathComponent().path
    }()

    @Test(arguments: [("postgres", 90), ("sqlite", 60)])
    func nothingIsLost(database: String, faults: Int) throws {
        let folder = try TemporaryFolder()
        // Beside other tests a machine may be slow to take over; that is measured where nothing else runs.
        let process = try ChildProcess(
            Self.programs + "/Torture",
            [
                "--database", database, "--faults", "\(faults)", "--seed", "11", "--relocations", "60", "--globals",
                "1",
                "--workers", "5", "--gap", "0.3", "--takeover-limit", "30", "--json", folder.file("json"),
            ],
            output: folder.file("out"), errors: folder.file("out"))
        let code = process.wait(seconds: 400)
        let result = try JSONSerialization.jsonObject(with: Data(folder.read("json").utf8)) as? [String: Any] ?? [:]
        #expect(code == 0, "\(folder.read("out"))")
        #expect((result["met"] as? Int ?? 0) >= faults)
        #expect((result["rows"] as? Int ?? 0) > 1000)
        for finding in ["lost", "duplicated", "misordered", "stuck", "rows not accounted for", "two owners writing"] {
            #expect(result[finding] as? Int == 0, "\(finding): \(folder.read("out"))")
        }
    }
}
