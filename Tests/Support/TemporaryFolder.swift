import Foundation
import Glibc

/// A folder of a test's own under the system's temporary folder, removed with everything in it at the end. Its path is
/// short: the path of a socket ends at about a hundred bytes.
public final class TemporaryFolder: Sendable {
    public let path: String

    public init() throws {
        let base = getenv("TMPDIR").map { String(cString: $0) } ?? "/tmp"
        var template = Array((base + "/rel.XXXXXX").utf8CString)
        guard mkdtemp(&template) != nil else { throw SystemFailure("mkdtemp", errno) }
        path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    deinit {
        // Files that cannot be removed stay in the system's temporary folder. No test fails because of that.
        try? FileManager.default.removeItem(atPath: path)
    }

    /// The path of a name in the folder.
    public func file(_ name: String) -> String { path + "/" + name }

    /// Writes a file; returns its path.
    @discardableResult
    public func write(_ text: String, to name: String, mode: UInt32 = 0o600) throws -> String {
        let path = file(name)
        let descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC, mode)
        guard descriptor >= 0 else { throw SystemFailure("open", errno) }
        defer { close(descriptor) }
        let bytes = Array(text.utf8)
        guard Glibc.write(descriptor, bytes, bytes.count) == bytes.count else { throw SystemFailure("write", errno) }
        return path
    }

    /// A file's text; empty when there is none.
    public func read(_ name: String) -> String {
        guard let file = fopen(file(name), "r") else { return "" }
        defer { fclose(file) }
        var out: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 65_536)
        while case let count = fread(&buffer, 1, buffer.count, file), count > 0 { out += buffer[..<count] }
        return String(decoding: out, as: UTF8.self)
    }
}

/// A system call that failed in test support.
public struct SystemFailure: Error, CustomStringConvertible {
    public let description: String

    public init(_ call: String, _ code: Int32) { description = "\(call): \(String(cString: strerror(code)))" }

    public init(_ description: String) { self.description = description }
}
