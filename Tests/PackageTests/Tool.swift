import Foundation
import TestSupport

/// A program that a test runs in a folder of its own, and what came of it.
struct Tool {
    let code: Int32
    /// Standard output and standard error.
    let output: String

    static let root = URL(fileURLWithPath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent().path

    /// - Parameters:
    ///   - program: found on PATH, or below the repository's root if it has a slash
    ///   - arguments: those that name a file of the repository are paths from its root, with `:` before them
    ///   - seconds: after which it counts as stuck on a quiet machine
    init(
        _ program: String, _ arguments: [String], in folder: TemporaryFolder,
        environment: [String: String?] = [:], within seconds: Double = 300
    ) throws {
        let name = "output.\(UInt32.random(in: 0 ... .max))"
        func path(_ text: String) -> String { text.hasPrefix(":") ? Self.root + "/" + text.dropFirst() : text }
        let process = try ChildProcess(
            path(program), arguments.map(path), environment: environment, output: folder.file(name),
            errors: folder.file(name), folder: folder.path)
        code = process.wait(seconds: seconds) ?? -1
        output = folder.read(name)
    }

    /// PATH with our own programs in front.
    static let path = Programs.folder + ":" + (ProcessInfo.processInfo.environment["PATH"] ?? "")

    /// A tool from PyPI that deploy/install-packages has installed.
    static func python(_ name: String) -> String { ":.build/python/bin/\(name)" }

    static func text(_ path: String) throws -> String {
        try String(contentsOfFile: "\(root)/\(path)", encoding: .utf8)
    }
}
