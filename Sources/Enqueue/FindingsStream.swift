import CommandLine
import Comparison
import Glibc

/// A JSON array of findings that is written while they are found: their number has no bound.
final class FindingsStream {
    private let descriptor: Int32
    /// For messages.
    private let name: String
    private var pending: String
    private var isEmpty = true

    private static let blockBytes = 64 << 10

    private init(_ descriptor: Int32, name: String, pending: String) {
        self.descriptor = descriptor
        self.name = name
        self.pending = pending
    }

    /// Standard output, after a text.
    static func output(after head: String) -> FindingsStream {
        FindingsStream(STDOUT_FILENO, name: "Standard output", pending: head)
    }

    /// Creates the file at once, so that a path that cannot be written is reported before any work.
    ///
    /// - Parameter inputs: files that must not be overwritten
    convenience init(file path: String, besides inputs: [String]) throws(CommandFailure) {
        let name = "The findings file \(path)"
        let descriptor = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw Self.failure(name, errno) }
        self.init(descriptor, name: name, pending: "")
        let identity = Self.identity { fstat(descriptor, &$0) }
        for input in inputs where identity == Self.identity({ stat(input, &$0) }) {
            throw CommandFailure(.usage, "\(name) is one of the files to compare; name another one.")
        }
        empty()
    }

    deinit { if descriptor != STDOUT_FILENO { close(descriptor) } }

    private static func identity(_ examine: (inout stat) -> Int32) -> [UInt]? {
        var status = stat()
        return examine(&status) == 0 ? [UInt(status.st_dev), UInt(status.st_ino)] : nil
    }

    /// Throws away what was written to a file.
    func empty() {
        pending = ""
        isEmpty = true
        // Streams cannot be cut off; nobody takes half a list from them for a whole one.
        _ = ftruncate(descriptor, 0)
        _ = lseek(descriptor, 0, SEEK_SET)
    }

    func add(_ finding: ComparisonFinding) throws(CommandFailure) {
        pending += (isEmpty ? "[\n" : ",\n") + "  " + finding.json()
        isEmpty = false
        if pending.utf8.count >= Self.blockBytes { try flush() }
    }

    func finish() throws(CommandFailure) {
        pending += isEmpty ? "[]" : "\n]"
        try flush()
    }

    private func flush() throws(CommandFailure) {
        var text = pending
        pending = ""
        let code = text.withUTF8 { bytes -> Int32 in
            var rest = bytes[...]
            while !rest.isEmpty {
                let count = write(descriptor, UnsafeBufferPointer(rebasing: rest).baseAddress, rest.count)
                if count < 0, errno != EINTR { return errno }
                rest = rest.dropFirst(max(count, 0))
            }
            return 0
        }
        guard code == 0 else { throw Self.failure(name, code) }
    }

    private static func failure(_ name: String, _ code: Int32) -> CommandFailure {
        CommandFailure(
            .cannotCreate,
            "\(name) cannot be written: \(String(cString: strerror(code))). Check its folder, permissions and room.")
    }
}
