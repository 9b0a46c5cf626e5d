import Glibc

extension PayloadKeyring {
    /// Reads a key file that only its owner may read or write. Throws ``TaskFormatError/Kind/permission`` if other users
    /// may, or if this user may not.
    public init(file path: String) throws(TaskFormatError) {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else {
            throw errno == EACCES || errno == EPERM
                ? TaskFormatError(.permission, "this user may not read the payload key file \(path)")
                : TaskFormatError(.notFound, "the payload key file \(path) cannot be opened")
        }
        defer { close(descriptor) }
        try Self.refuseUnlessPrivate(descriptor, path)
        try self.init(parsing: try Self.text(descriptor, path))
    }

    /// The read and write permissions of group and others.
    private static let othersBits: mode_t = 0o066
    /// The same for a file of root's that a group may read: so a supervisor of containers hands secrets to a user without
    /// rights. PostgreSQL takes its key by the same rule.
    private static let othersBitsOfRoot: mode_t = 0o026

    private static func refuseUnlessPrivate(_ descriptor: Int32, _ path: String) throws(TaskFormatError) {
        var status = stat()
        guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
            throw TaskFormatError(.unreadable, "the payload key file \(path) is not a regular file")
        }
        let isRoots = status.st_uid == 0 && geteuid() != 0
        guard status.st_mode & (isRoots ? othersBitsOfRoot : othersBits) == 0 else {
            throw TaskFormatError(
                .permission, "the payload key file \(path) is open to other users; make it private with: chmod 600")
        }
    }

    private static func text(_ descriptor: Int32, _ path: String) throws(TaskFormatError) -> String {
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 4_096)
        while true {
            let count = read(descriptor, &buffer, buffer.count)
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { throw TaskFormatError(.unreadable, "the payload key file \(path) cannot be read") }
            if count == 0 { break }
            bytes += buffer[..<count]
            guard bytes.count <= maximumFileBytes else {
                throw TaskFormatError(.badKey, "the payload key file \(path) is too large")
            }
        }
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw TaskFormatError(.badKey, "the payload key file \(path) is not UTF-8 text")
        }
        return text
    }
}
