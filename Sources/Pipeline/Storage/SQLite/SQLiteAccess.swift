internal import CSQLite
internal import Glibc

/// How a SQLite file is opened.
enum SQLiteAccess {
    /// For reading and writing; a file that does not exist is created.
    case creating
    case writing
    /// For reading, in a folder where SQLite may make what it needs beside the file.
    case reading
    /// The same without the right to write: the file, and its log if there is one, are read as they are.
    case readingOnly
    /// Without locks, because nothing can be made beside the file: it must have no log, and nobody may write it meanwhile.
    case frozen

    var flags: Int32 {
        let access =
            switch self {
            case .creating, .writing, .reading: SQLITE_OPEN_READWRITE
            case .readingOnly: SQLITE_OPEN_READONLY
            case .frozen: SQLITE_OPEN_READONLY | SQLITE_OPEN_URI
            }
        return access | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE
    }

    /// What SQLite is given for a path.
    func name(of path: String) -> String {
        guard self == .frozen else { return path }
        let plain = path.utf8.map { Self.isPlain($0) ? String(UnicodeScalar($0)) : Self.escaped($0) }
        return "file:\(plain.joined())?immutable=1"
    }

    private static func isPlain(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x30...0x39, 0x41...0x5A, 0x61...0x7A: true
        default: "/-._~".utf8.contains(byte)
        }
    }

    private static func escaped(_ byte: UInt8) -> String {
        let digits = String(byte, radix: 16)
        return digits.count == 1 ? "%0\(digits)" : "%\(digits)"
    }
}

extension SQLiteAccess {
    /// The way to read a file with as few rights as there are. SQLite reads a file in write-ahead form through an index that it
    /// makes beside it. Who may write neither file nor folder would leave an index that the file's writers cannot use.
    ///
    /// - Throws: `.permissionDenied` if the file's log holds changes and nobody has the file open
    static func reading(_ path: String) throws(StorageError) -> SQLiteAccess {
        let folder = String(path.prefix(through: path.lastIndex(of: "/") ?? path.startIndex))
        if isAllowed(path, W_OK), isAllowed(folder.hasSuffix("/") ? folder : ".", W_OK) { return .reading }
        guard isWriteAhead(path) else { return .readingOnly }
        // Whoever has such a file open has both files beside it.
        if isAllowed(path + "-wal", R_OK), isAllowed(path + "-shm", R_OK) { return .readingOnly }
        if FileState.size(path + "-wal") == 0 { return .frozen }
        throw StorageError(
            .permissionDenied,
            "\(path)-wal holds changes of \(path), and reading them needs the right to write both and their folder, because no "
                + "program has the database open. Run this as the file's owner, let the owner fold the changes in (sqlite3 "
                + "FILE 'PRAGMA wal_checkpoint(TRUNCATE)'), or copy both files into a folder of your own and read the copy"
        )
    }

    private static func isAllowed(_ path: String, _ what: Int32) -> Bool {
        faccessat(AT_FDCWD, path, what, AT_EACCESS) == 0
    }

    /// Bytes 18 and 19 of the header tell the form. False for a file that cannot be read.
    private static func isWriteAhead(_ path: String) -> Bool {
        let descriptor = Glibc.open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return false }
        defer { close(descriptor) }
        var versions: [UInt8] = [0, 0]
        return pread(descriptor, &versions, versions.count, 18) == versions.count && versions[1] == 2
    }
}

/// Tells whether a file was written between two moments.
struct FileState: Equatable {
    private let number: UInt
    private let bytes: Int
    private let written: [Int]

    /// nil if there is no such file.
    init?(_ path: String) {
        var facts = stat()
        guard stat(path, &facts) == 0 else { return nil }
        number = UInt(facts.st_ino)
        bytes = Int(facts.st_size)
        written = [facts.st_mtim, facts.st_ctim].flatMap { [$0.tv_sec, $0.tv_nsec] }
    }

    /// Bytes of a file; 0 if there is none.
    static func size(_ path: String) -> Int { FileState(path)?.bytes ?? 0 }
}
