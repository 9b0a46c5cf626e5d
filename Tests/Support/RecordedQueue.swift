import Foundation

/// What the programs of a version have left in Redis: `Tests/QueueTests/Fixtures/README.md` says how it came about.
public enum RecordedQueue {
    /// The formats of records that were recorded.
    public static let formats = [1, 2]
    /// The prefix of all keys.
    public static let prefix = "test"
    /// A payload key file that opens the sealed tasks.
    public static let payloadKeys = "fixture \(Data(repeating: 7, count: 32).base64EncodedString())\n"

    /// The formats of records that relocations with steps were recorded with.
    public static let relocationFormats = [3]

    /// The commands that bring it back, one a line.
    static func commands(_ name: String) throws -> String {
        let tests = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        let file = tests.appendingPathComponent("QueueTests/Fixtures/\(name).redis")
        return try String(contentsOf: file, encoding: .utf8).replacingOccurrences(of: "\n    ", with: " ")
    }
}

extension RedisServer {
    /// Brings back what a version has left, into an empty database.
    public func load(recordedFormat format: Int) throws { try load("format-\(format)") }

    /// Brings back relocations with steps that a version has left.
    public func load(recordedRelocations format: Int) throws { try load("relocations-\(format)") }

    private func load(_ name: String) throws {
        let commands = try RecordedQueue.commands(name)
        let answers = try cli([], input: try folder.write(commands, to: "\(name).redis"))
        let isLoaded = answers.split(separator: "\n").allSatisfy { $0 == "OK" || Int($0) != nil }
        guard isLoaded else { throw SystemFailure("the record \(name) is not taken: \(answers)") }
    }
}
