import Foundation
import Glibc
import ProgramSupport
import TestSupport
import Testing

/// The folder of reference material, if there is one.
private let material = ProcessInfo.processInfo.environment["RELOCATION_PARITY_DIR"]

/// Both programs against the reference's recorded end states, if they are available.
@Suite(.enabled(if: material != nil, "RELOCATION_PARITY_DIR is not set"))
struct ParityTests {
    /// Every users case is in exactly one of these: they run side by side.
    static let users = [
        "fresh__users__[mp]*", "fresh__users__f*", "dup__users__[mp]*", "dup__users__f*", "extra__users__f*",
        "extra__users__[!f]*",
    ]

    /// One of each kind: the whole set takes too long for every build.
    static let others = [
        "extra__organizations*", "extra__config*", "extra__global*", "dup__config__overwrite*",
        "fresh__organizations__filter*",
    ]

    @Test func everyUsersCaseIsRunOnce() throws {
        let folder = try #require(material) + "/goldens"
        let names = try FileManager.default.contentsOfDirectory(atPath: folder)
            .filter { $0.hasSuffix(".json") }.map { String($0.dropLast(5)) }
        let users = names.filter { $0.contains("users__") }
        #expect(users.count >= 136)
        for name in users {
            #expect(Self.users.filter { fnmatch($0, name, 0) == 0 }.count == 1, "\(name)")
        }
        for glob in Self.others { #expect(names.contains { fnmatch(glob, $0, 0) == 0 }, "\(glob)") }
    }

    @Test(arguments: users) func usersOnSQLite(_ glob: String) throws {
        try run(glob, ["--sqlite"])
    }

    @Test(arguments: others) func othersOnSQLite(_ glob: String) throws {
        try run(glob, ["--sqlite"])
    }

    @Test(arguments: others) func othersOnPostgreSQL(_ glob: String) throws {
        try run(glob, ["--postgres", "postgresql://postgres@127.0.0.1:\(try PostgresServer.shared().port)"])
    }

    /// The file tools, on all their cases; exports on some.
    @Test(arguments: ["compare__*", "encrypt__*", "decrypt__*", "sanitize__*", "export__*__users__*"])
    func filesOnSQLite(_ glob: String) throws {
        try run(glob, ["--sqlite"], script: "files.py")
    }

    @Test(arguments: ["export__*__config*", "export__*__encrypted"]) func exportsOnPostgreSQL(_ glob: String) throws {
        try run(
            glob, ["--postgres", "postgresql://postgres@127.0.0.1:\(try PostgresServer.shared().port)"],
            script: "files.py")
    }

    /// The small inputs of public reports, each with its right outcome.
    @Test func casesOfPublicReports() throws {
        let folder = try TemporaryFolder()
        let output = folder.file("out")
        let child = try ChildProcess(
            "python3",
            [
                try #require(material) + "/cases/cases.py", "run", "--enqueue", Programs.folder + "/relocation-enqueue",
                "--worker", Programs.folder + "/relocation-worker",
            ], output: output, errors: output)
        #expect(child.wait(seconds: 300) == 0, "\(folder.read("out").suffix(4000))")
    }

    private func run(_ glob: String, _ database: [String], script: String = "parity.py") throws {
        let redis = try RedisServer(tcp: true)
        let folder = try TemporaryFolder()
        var arguments = [
            try #require(material) + "/parity/\(script)", "run", "--enqueue",
            Programs.folder + "/relocation-enqueue", "--worker", Programs.folder + "/relocation-worker",
            "--redis", redis.tcpURL(), "--only", glob,
        ]
        let proposed = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .appendingPathComponent("proposed-differences.json").path
        if script == "parity.py", FileManager.default.fileExists(atPath: proposed) {
            arguments += ["--proposed", proposed]
        }
        let output = folder.file("out")
        let child = try ChildProcess("python3", arguments + database, output: output, errors: output)
        let code = child.wait(seconds: 900)
        #expect(code == 0, "\(folder.read("out").suffix(4000))")
        print("parity \(glob) \(database[0]): \(folder.read("out").split(separator: "\n").last ?? "")")
    }
}
