import Glibc

/// A file that appears whole under its name, or not at all: until ``finish()`` it has no name. Mode 0600. `-` is standard
/// output, which cannot be taken back.
public final class OutputFile: ByteSink {
    private let path: String
    private let descriptor: Int32
    private let form: Form
    private var buffer: [UInt8] = []
    private var isFinished = false

    private enum Form {
        /// A nameless file: a process that dies leaves nothing.
        case nameless
        /// A file with a name of its own, where the file system has no nameless ones.
        case temporary(String)
        /// A pipe or a device: what is written is gone.
        case stream
    }

    private static let blockBytes = 256 << 10

    /// Begins a file. An existing one stays as it is until ``finish()``.
    ///
    /// Throws `cannotCreate` or `permission`.
    public init(_ path: String) throws(ExportError) {
        self.path = path
        if path == "-" {
            (descriptor, form) = (STDOUT_FILENO, .stream)
        } else {
            (descriptor, form) = try Self.open(path)
        }
        buffer.reserveCapacity(Self.blockBytes)
    }

    deinit {
        if descriptor != STDOUT_FILENO { close(descriptor) }
        if case .temporary(let name) = form, !isFinished { unlink(name) }
    }

    /// Whether bytes that were written can still be changed.
    package var isSeekable: Bool { if case .stream = form { false } else { true } }

    public func write(_ bytes: UnsafeRawBufferPointer) throws(ExportError) {
        if buffer.count + bytes.count > Self.blockBytes { try flush() }
        if bytes.count >= Self.blockBytes { try write(out: bytes) } else { buffer.append(contentsOf: bytes) }
    }

    /// Replaces bytes that were written. Only if ``isSeekable``.
    package func replace(at offset: Int, by bytes: [UInt8]) throws(ExportError) {
        try flush()
        guard pwrite(descriptor, bytes, bytes.count, offset) == bytes.count else { throw failed(errno) }
    }

    /// Gives the file its name. It is on the disk then.
    public func finish() throws(ExportError) {
        try flush()
        switch form {
        case .stream: break
        case .nameless:
            let name = Self.temporaryName(path)
            guard linkat(AT_FDCWD, "/proc/self/fd/\(descriptor)", AT_FDCWD, name, AT_SYMLINK_FOLLOW) == 0 else {
                throw failed(errno)
            }
            try rename(name)
        case .temporary(let name): try rename(name)
        }
        isFinished = true
    }

    private func rename(_ name: String) throws(ExportError) {
        guard fsync(descriptor) == 0, Glibc.rename(name, path) == 0 else {
            let code = errno
            unlink(name)
            throw failed(code)
        }
        let folder = Glibc.open(Self.folder(path), O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard folder >= 0 else { return }
        fsync(folder)
        close(folder)
    }

    private func flush() throws(ExportError) {
        guard !buffer.isEmpty else { return }
        try buffer.withBytes { bytes throws(ExportError) in try write(out: UnsafeRawBufferPointer(bytes)) }
        buffer.removeAll(keepingCapacity: true)
    }

    private func write(out bytes: UnsafeRawBufferPointer) throws(ExportError) {
        var rest = bytes
        while !rest.isEmpty {
            let count = Glibc.write(descriptor, rest.baseAddress, rest.count)
            if count < 0 {
                if errno == EINTR { continue }
                throw failed(errno)
            }
            rest = UnsafeRawBufferPointer(rebasing: rest[count...])
        }
    }
}

extension OutputFile {
    private static func open(_ path: String) throws(ExportError) -> (Int32, Form) {
        var status = stat()
        if stat(path, &status) == 0 {
            if status.st_mode & S_IFMT == S_IFDIR {
                throw ExportError(.cannotCreate, "\(path) is a folder; name a file in it")
            }
            if status.st_mode & S_IFMT != S_IFREG {
                let stream = Glibc.open(path, O_WRONLY | O_CLOEXEC)
                guard stream >= 0 else { throw failed(path, errno) }
                return (stream, .stream)
            }
        }
        let nameless = Glibc.open(folder(path), namelessFile | O_RDWR | O_CLOEXEC, 0o600)
        if nameless >= 0 { return (nameless, .nameless) }
        guard errno == EOPNOTSUPP || errno == EISDIR || errno == EINVAL else { throw failed(path, errno) }
        var template = Array(temporaryName(path, end: "XXXXXX").utf8CString)
        let named = mkstemp(&template)
        guard named >= 0 else { throw failed(path, errno) }
        _ = fcntl(named, F_SETFD, FD_CLOEXEC)
        return (named, .temporary(String(decoding: template.dropLast().map(UInt8.init(bitPattern:)), as: UTF8.self)))
    }

    /// Linux' `O_TMPFILE`, a macro that Swift does not see.
    private static let namelessFile: Int32 = 0o20_000_000 | O_DIRECTORY

    private static func folder(_ path: String) -> String {
        guard let slash = path.lastIndex(of: "/") else { return "." }
        return slash == path.startIndex ? "/" : String(path[..<slash])
    }

    /// A hidden name beside the file.
    private static func temporaryName(_ path: String, end: String? = nil) -> String {
        let name = path.split(separator: "/").last.map(String.init) ?? path
        return "\(folder(path))/.\(name).\(end ?? String(UInt32.random(in: 0 ... .max), radix: 36))"
    }

    private func failed(_ code: Int32) -> ExportError { Self.failed(path == "-" ? "standard output" : path, code) }

    private static func failed(_ name: String, _ code: Int32) -> ExportError {
        let words = String(cString: strerror(code))
        switch code {
        case EACCES, EPERM, EROFS:
            return ExportError(.permission, "\(name) cannot be written: \(words); choose another folder")
        case ENOSPC, EDQUOT, EFBIG:
            return ExportError(.cannotCreate, "\(name) cannot be written: \(words); nothing was left behind: make room")
        default: return ExportError(.cannotCreate, "\(name) cannot be written: \(words)")
        }
    }
}
