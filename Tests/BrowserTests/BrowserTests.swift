import Foundation
import ProgramSupport
import TestSupport
import Testing

/// The page in a headless Chromium: `drive.py` has the scenarios.
@Suite struct BrowserTests {
    private static let root = URL(fileURLWithPath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent().path

    @Test(arguments: ["door", "progress", "failures", "pause", "undo", "plain", "keys", "looks"])
    func scenario(_ name: String) throws {
        let installation = try Installation()
        let folder = installation.folder
        let axe =
            Self.root + "/.build/python/lib/" + (try Self.pythonFolder())
            + "/site-packages/axe_playwright_python/axe.min.js"
        let environment: [String: String?] = [
            "RELOCATION_HTTP_TOKEN": "operators-secret-token-1",
            "RELOCATION_HTTP_READ_TOKEN": "readers-secret-token-22",
            "BROWSER_FOLDER": folder.path, "BROWSER_PROGRAMS": Programs.folder, "BROWSER_AXE": axe,
        ]
        let process = try ChildProcess(
            Self.root + "/.build/python/bin/python", [Self.root + "/Tests/BrowserTests/drive.py", name],
            environment: installation.environment.merging(environment) { $1 }, output: folder.file("drive.log"),
            errors: folder.file("drive.log"), folder: folder.path)
        let status = process.wait(seconds: 300)
        #expect(status == 0, "\(name): \(folder.read("drive.log"))")
    }

    /// `python3.11`
    private static func pythonFolder() throws -> String {
        let folders = try FileManager.default.contentsOfDirectory(atPath: root + "/.build/python/lib")
        return try #require(folders.first { $0.hasPrefix("python3") })
    }
}
