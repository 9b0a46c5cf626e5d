import Glibc

/// A file that appears whole under its name, or not at all: until ``finish()`` it has no name. Mode 0600. `-` is standard
/// output, which cannot be taken back.
public final class OutputFile: ByteSink {
    private let path: String
    private let descriptor: Int32
    private let form: Form
    private let replaces: Bool
    private var buffer: [UInt8] = []
    private var isFinished = false

    private enum Form {
        /// A nameless file: a process that dies leaves nothing.
        case nameless
        /// A file with a name of its own, where the file system has no nameless ones.
        case temporary(String)
        /// A pipe or a device: what is written is gone.
        case stream
        /// What goes to a stream at the end, in a temporary file until then.
        case spooled(stream: Int32)
        /// A temporary file that stays open for its owner.
        case kept
    }

    private static let blockBytes = 256 << 10
    /// For messages.
    private static let spoolName = "the temporary file in TMPDIR"

    /// Begins a file. An existing one stays as it is until ``finish()``.
    ///
    /// Throws `cannotCreate` or `permission`.
    ///
    /// - Parameters:
    ///   - isPatched: whether bytes that were written are replaced later. What goes to a stream then waits in an unlinked
    ///     temporary file for the end.
    ///   - replaces: whether the file may take the place of an existing one; otherwise that is an error
    public init(_ path: String, isPatched: Bool = false, replaces: Bool = true) throws(ExportError) {
        self.path = path
        self.replaces = replaces
        let (opened, form) = path == "-" ? (STDOUT_FILENO, .stream) : try Self.open(path, replaces: replaces)
        if case .stream = form, isPatched {
            descriptor = SpoolFile.open()
            self.form = .spooled(stream: opened)
            guard descriptor >= 0 else { throw Self.failed(Self.spoolName, errno) }
        } else {
            (descriptor, self.form) = (opened, form)
        }
        buffer.reserveCapacity(Self.blockBytes)
    }

    /// Writes into a temporary file of somebody else.
    init(spool: Int32) {
        path = Self.spoolName
        replaces = true
        descriptor = dup(spool)
        form = .kept
    }

    deinit {
        Self.close(descriptor)
        switch form {
        case .temporary(let name): if !isFinished || !replaces { unlink(name) }
        case .spooled(let stream): Self.close(stream)
        case .nameless, .stream, .kept: break
        }
    }

    private static func close(_ descriptor: Int32) {
        if descriptor >= 0, descriptor != STDOUT_FILENO { Glibc.close(descriptor) }
    }

    public func write(_ bytes: UnsafeRawBufferPointer) throws(ExportError) {
        if buffer.count + bytes.count > Self.blockBytes { try flush() }
        if bytes.count >= Self.blockBytes { try write(out: bytes) } else { buffer.append(contentsOf: bytes) }
    }

    /// Replaces bytes that were written. Only for a file that is to be patched.
    package func replace(at offset: Int, by bytes: [UInt8]) throws(ExportError) {
        try flush()
        guard pwrite(descriptor, bytes, bytes.count, offset) == bytes.count else { throw failed(errno) }
    }

    /// Gives the file its name. It is on the disk then.
    public func finish() throws(ExportError) {
        try flush()
        switch form {
        case .stream, .kept: break
        case .spooled(let stream): try copy(to: stream)
        case .nameless: try publish("/proc/self/fd/\(descriptor)")
        case .temporary(let name): try publish(name)
        }
        isFinished = true
    }

    /// - Parameter file: leads to the whole file
    private func publish(_ file: String) throws(ExportError) {
        guard fsync(descriptor) == 0 else { throw failed(errno) }
        if replaces { try replace(by: file) } else { try link(file, to: path) }
        let folder = Glibc.open(Self.folder(path), O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        fsync(folder)
        Self.close(folder)
    }

    private func link(_ file: String, to name: String) throws(ExportError) {
        guard linkat(AT_FDCWD, file, AT_FDCWD, name, AT_SYMLINK_FOLLOW) == 0 else { throw failed(errno) }
    }

    /// A nameless file cannot take a name that exists: it gets another one first.
    private func replace(by file: String) throws(ExportError) {
        let name: String
        if case .temporary(let own) = form {
            name = own
        } else {
            name = Self.temporaryName(path)
            try link(file, to: name)
        }
        guard rename(name, path) == 0 else {
            let code = errno
            unlink(name)
            throw failed(code)
        }
    }

    private func copy(to stream: Int32) throws(ExportError) {
        let block = UnsafeMutableRawBufferPointer.allocate(byteCount: Self.blockBytes, alignment: 16)
        defer { block.deallocate() }
        var offset = 0
        while case let count = pread(descriptor, block.baseAddress, block.count, offset), count != 0 {
            guard count > 0 else { throw failed(errno) }
            try write(out: UnsafeRawBufferPointer(rebasing: block[..<count]), to: stream)
            offset += count
        }
    }

    private func flush() throws(ExportError) {
        guard !buffer.isEmpty else { return }
        try buffer.withBytes { bytes throws(ExportError) in try write(out: UnsafeRawBufferPointer(bytes)) }
        buffer.removeAll(keepingCapacity: true)
    }

    private func write(out bytes: UnsafeRawBufferPointer, to target: Int32? = nil) throws(ExportError) {
        var rest = bytes
        while !rest.isEmpty {
            let count = Glibc.write(target ?? descriptor, rest.baseAddress, rest.count)
            if count < 0 {
                if errno == EINTR { continue }
                if case .spooled = form, target == nil { throw Self.failed(Self.spoolName, errno) }
                throw failed(errno)
            }
            rest = UnsafeRawBufferPointer(rebasing: rest[count...])
        }
    }
}

extension OutputFile {
    private static func open(_ path: String, replaces: Bool) throws(ExportError) -> (Int32, Form) {
        var status = stat()
        if stat(path, &status) == 0 {
            if status.st_mode & S_IFMT == S_IFDIR {
                throw ExportError(.cannotCreate, "\(path) is a folder; name a file in it")
            }
            guard replaces else { throw failed(path, EEXIST) }
            if status.st_mode & S_IFMT != S_IFREG {
                let stream = Glibc.open(path, O_WRONLY | O_CLOEXEC)
                guard stream >= 0 else { throw failed(path, errno) }
                return (stream, .stream)
            }
        }
        let nameless = Glibc.open(folder(path), namelessFile | O_RDWR | O_CLOEXEC, 0o600)
        if nameless >= 0 { return (nameless, .nameless) }
        guard errno == EOPNOTSUPP || errno == EISDIR || errno == EINVAL else { throw failed(path, errno) }
        let name = temporaryName(path)
        let named = SpoolFile.create(name)
        guard named >= 0 else { throw failed(path, errno) }
        return (named, .temporary(name))
    }

    /// Linux' `O_TMPFILE`, a macro that Swift does not see.
    private static let namelessFile: Int32 = 0o20_000_000 | O_DIRECTORY

    private static func folder(_ path: String) -> String {
        guard let slash = path.lastIndex(of: "/") else { return "." }
        return slash == path.startIndex ? "/" : String(path[..<slash])
    }

    /// A hidden name beside the file.
    private static func temporaryName(_ path: String) -> String {
        let name = path.split(separator: "/").last.map(String.init) ?? path
        return "\(folder(path))/.\(name).\(SpoolFile.unique)"
    }

    private func failed(_ code: Int32) -> ExportError { Self.failed(path == "-" ? "standard output" : path, code) }

    private static func failed(_ name: String, _ code: Int32) -> ExportError {
        let words = String(cString: strerror(code))
        switch code {
        case EACCES, EPERM, EROFS:
            return ExportError(.permission, "\(name) cannot be written: \(words); choose another folder")
        case ENOSPC, EDQUOT, EFBIG:
            return ExportError(.cannotCreate, "\(name) cannot be written: \(words); nothing was left behind: make room")
        case EEXIST: return ExportError(.cannotCreate, "\(name) exists already; it was left as it is")
        default: return ExportError(.cannotCreate, "\(name) cannot be written: \(words)")
        }
    }
}
