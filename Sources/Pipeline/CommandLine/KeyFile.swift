import ExportFormat
import Glibc

/// A file with a key; it may be a pipe or a descriptor such as `/dev/fd/3`.
enum KeyFile {
    /// No key has more bytes.
    private static let maxBytes = ExportLimits.standard.maxKeyBytes

    /// - Parameter noun: what the file holds, for messages
    static func contents(_ path: String, _ noun: String) throws(CommandFailure) -> [UInt8] {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw failure(path, noun, errno) }
        defer { close(descriptor) }
        var content: [UInt8] = []
        var block = [UInt8](repeating: 0, count: 4096)
        while true {
            let count = read(descriptor, &block, block.count)
            if count == 0 { return content }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { throw failure(path, noun, errno) }
            content += block[..<count]
            guard content.count <= maxBytes else {
                throw CommandFailure(
                    .badData, "The \(noun) file \(path) is no key: it has more than \(maxBytes) bytes.")
            }
        }
    }

    private static func failure(_ path: String, _ noun: String, _ code: Int32) -> CommandFailure {
        let status: CommandExit = code == EACCES || code == EPERM ? .noPermission : .noInput
        return CommandFailure(status, "Cannot read the \(noun) file \(path): \(String(cString: strerror(code))).")
    }
}
