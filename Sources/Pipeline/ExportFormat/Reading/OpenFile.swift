import Glibc

/// A file that is read several times from its beginning. Owns its descriptor.
final class OpenFile {
    private let descriptor: Int32
    private let identity: Identity
    /// For messages; `standard input` for a spooled one.
    let name: String

    /// What must stay the same while a file is being read.
    private struct Identity: Equatable {
        let device: UInt
        let inode: UInt
        let size: Int
        let seconds: Int
        let nanoseconds: Int
    }

    /// Opens a file. A file that cannot be read twice is spooled first, and so is `-`, standard input.
    static func open(path: String) throws(ExportError) -> OpenFile {
        if path == "-" { return try spool(STDIN_FILENO, name: "standard input") }
        let descriptor = Glibc.open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw openingFailed(path, errno) }
        var status = stat()
        guard fstat(descriptor, &status) == 0 else {
            defer { close(descriptor) }
            throw openingFailed(path, errno)
        }
        switch status.st_mode & S_IFMT {
        case S_IFREG: return try OpenFile(owning: descriptor, name: path)
        case S_IFDIR:
            close(descriptor)
            throw ExportError(.unreadable, "\(path) is a folder; name the export file in it")
        default:
            defer { close(descriptor) }
            return try spool(descriptor, name: path)
        }
    }

    private init(owning descriptor: Int32, name: String) throws(ExportError) {
        guard let identity = Self.identity(descriptor) else {
            close(descriptor)
            throw ExportError(.unreadable, "\(name) cannot be examined: \(Self.words(errno))")
        }
        self.descriptor = descriptor
        self.identity = identity
        self.name = name
    }

    /// A file that somebody else has open, too.
    convenience init(duplicating descriptor: Int32, name: String) throws(ExportError) {
        try self.init(owning: dup(descriptor), name: name)
    }

    deinit { close(descriptor) }

    /// Bytes of the file.
    var size: Int { identity.size }

    /// Reads at an offset. May read fewer bytes than asked for; 0 only at the end.
    func read(at offset: Int, into buffer: UnsafeMutableRawBufferPointer) throws(ExportError) -> Int {
        while true {
            let count = pread(descriptor, buffer.baseAddress, buffer.count, offset)
            if count >= 0 { return count }
            guard errno == EINTR else {
                throw ExportError(.unreadable, "\(name) cannot be read: \(Self.words(errno))")
            }
        }
    }

    /// Throws if the file has changed since it was opened.
    func requireUnchanged() throws(ExportError) {
        guard Self.identity(descriptor) == identity else { throw changed }
    }

    var changed: ExportError {
        ExportError(.changed, "\(name) was changed while it was being read; start again once nothing writes to it")
    }

    private static func identity(_ descriptor: Int32) -> Identity? {
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { return nil }
        return Identity(
            device: UInt(status.st_dev), inode: UInt(status.st_ino), size: Int(status.st_size),
            seconds: status.st_mtim.tv_sec, nanoseconds: status.st_mtim.tv_nsec)
    }

    private static func openingFailed(_ path: String, _ code: Int32) -> ExportError {
        let kind: ExportError.Kind =
            switch code {
            case ENOENT, ENOTDIR: .notFound
            case EACCES, EPERM: .permission
            default: .unreadable
            }
        return ExportError(kind, "\(path) cannot be opened: \(words(code))")
    }

    private static func words(_ code: Int32) -> String { String(cString: strerror(code)) }
}

// MARK: - Spooling

extension OpenFile {
    /// Copies a stream to a temporary file that only this process can reach.
    private static func spool(_ source: Int32, name: String) throws(ExportError) -> OpenFile {
        let target = SpoolFile.open()
        guard target >= 0 else { throw spoolingFailed(name, errno) }
        let block = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 18, alignment: 16)
        defer { block.deallocate() }
        while true {
            let count = Glibc.read(source, block.baseAddress, block.count)
            if count == 0 { break }
            if count < 0 {
                if errno == EINTR { continue }
                let code = errno
                close(target)
                throw ExportError(.unreadable, "\(name) cannot be read: \(words(code))")
            }
            do throws(ExportError) {
                try write(UnsafeRawBufferPointer(rebasing: block[..<count]), to: target, name)
            } catch {
                close(target)
                throw error
            }
        }
        return try OpenFile(owning: target, name: name)
    }

    private static func write(
        _ bytes: UnsafeRawBufferPointer, to target: Int32, _ name: String
    ) throws(ExportError) {
        var rest = bytes
        while !rest.isEmpty {
            let count = Glibc.write(target, rest.baseAddress, rest.count)
            if count < 0 {
                if errno == EINTR { continue }
                throw spoolingFailed(name, errno)
            }
            rest = UnsafeRawBufferPointer(rebasing: rest[count...])
        }
    }

    private static func spoolingFailed(_ name: String, _ code: Int32) -> ExportError {
        ExportError(
            .cannotSpool,
            "\(name) cannot be kept in a temporary file: \(words(code)); set TMPDIR to a folder with enough room")
    }
}
