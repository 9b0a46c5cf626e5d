internal import Foundation

/// Keeps a command from writing over a file that it reads. Each file that a command reads is named by an argument or by one
/// of our variables. So a file to write must not be named by a second one.
package enum OutputGuard {
    /// - Parameter role: what the path is for, to begin a message with
    package static func requireUnread(_ path: String, _ role: String) throws(CommandFailure) {
        try requireUnread(
            path, role, arguments: Array(CommandLine.arguments.dropFirst()),
            variables: ProcessInfo.processInfo.environment.filter { $0.key.hasPrefix("RELOCATION_") }.map(\.value))
    }

    static func requireUnread(
        _ path: String, _ role: String, arguments: [String], variables: [String]
    ) throws(CommandFailure) {
        guard let file = FileIdentity(path) else { return }
        let mentions = (arguments + variables).filter { text in paths(in: text).contains { FileIdentity($0) == file } }
        guard mentions.count > 1 else { return }
        throw CommandFailure(
            .usage, "\(role) \(path) is a file that this command also reads or writes; name another one.")
    }

    /// `a`, `--option=a`, `sqlite://a`
    private static func paths(in text: String) -> [String] {
        let value = text.firstIndex(of: "=").map { String(text[text.index(after: $0)...]) }
        return [text, value].compactMap(\.self).map { $0.hasPrefix("sqlite://") ? String($0.dropFirst(9)) : $0 }
    }
}

/// What a regular file is known by, whatever its path; a file that does not exist, by its folder and name.
private struct FileIdentity: Equatable {
    private let device: UInt
    private let inode: UInt
    private let name: String

    /// nil for standard streams, pipes, devices and folders, and for what cannot be a file.
    init?(_ path: String) {
        guard path != "-", !path.isEmpty else { return nil }
        var status = stat()
        if stat(path, &status) == 0 {
            guard status.st_mode & S_IFMT == S_IFREG else { return nil }
            name = ""
        } else {
            let url = URL(fileURLWithPath: path)
            guard stat(url.deletingLastPathComponent().path, &status) == 0 else { return nil }
            name = url.lastPathComponent
        }
        device = UInt(status.st_dev)
        inode = UInt(status.st_ino)
    }
}
