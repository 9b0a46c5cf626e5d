internal import CSQLite
internal import Glibc
internal import TextForms

/// One open SQLite file with its prepared statements. Closed with the last reference to it.
final class SQLiteConnection {
    let path: String
    /// The file that stood at the path when it was opened.
    private let file: FileNumber?
    /// What the file was when it was opened, if it is read without locks.
    private let frozen: FileState?
    private let handle: OpaquePointer
    private var statements: [String: SQLiteStatement] = [:]
    private static let maximumStatements = 256
    /// Runs once per process, before the first connection: SQLite ignores it later.
    private static let withoutStatistics = relocation_sqlite3_without_statistics()
    /// Without this, the system would end the process at the file size limit. SQLite then reports a full disk instead.
    private static let ignoreFileSizeSignal: Void = { _ = signal(SIGXFSZ, SIG_IGN) }()

    convenience init(path: String, access: SQLiteAccess, busyMilliseconds: Int) throws(StorageError) {
        try Self.checkExists(path, create: access == .creating)
        try self.init(opening: path, access, busyMilliseconds: busyMilliseconds)
    }

    /// A database of this connection alone, gone with it.
    ///
    /// - Parameter inMemory: whether nothing of it may reach a disk. Otherwise what exceeds the cache goes into a file without
    ///   a name.
    convenience init(scratchInMemory inMemory: Bool) throws(StorageError) {
        try self.init(opening: inMemory ? ":memory:" : "", .creating, busyMilliseconds: 0)
    }

    private init(opening path: String, _ access: SQLiteAccess, busyMilliseconds: Int) throws(StorageError) {
        _ = Self.ignoreFileSizeSignal
        self.path = path
        _ = Self.withoutStatistics
        frozen = access == .frozen ? FileState(path) : nil
        var opened: OpaquePointer?
        let code = sqlite3_open_v2(access.name(of: path), &opened, access.flags, nil)
        guard let opened, code == SQLITE_OK else {
            let system = opened.map(sqlite3_system_errno) ?? 0
            let error = SQLiteFailure(code: code, message: "", systemError: system)
            sqlite3_close_v2(opened)
            throw error.storageError(opening: path)
        }
        handle = opened
        file = FileNumber(path)
        sqlite3_busy_timeout(handle, Int32(clamping: busyMilliseconds))
        registerFolding()
    }

    deinit {
        statements.removeAll()
        sqlite3_close_v2(handle)
    }

    /// Whether no transaction is open in SQLite itself: some errors end a transaction.
    var isAutocommit: Bool { sqlite3_get_autocommit(handle) != 0 }

    /// Whether a deferred foreign key is broken at the moment: SQLite keeps a count.
    var hasBrokenReferences: Bool {
        var (current, highest): (Int32, Int32) = (0, 0)
        let code = sqlite3_db_status(handle, SQLITE_DBSTATUS_DEFERRED_FKS, &current, &highest, 0)
        return code == SQLITE_OK && current != 0
    }

    /// Whether another file stands at the path by now, or none: what is written here would be lost.
    var isReplaced: Bool { FileNumber(path) != file }

    /// Whether the file is read without locks and somebody has written it since it was opened.
    var isDisturbed: Bool { frozen.map { $0 != FileState(path) } ?? false }

    /// Whether the file could only be opened for reading.
    var isReadOnly: Bool { sqlite3_db_readonly(handle, "main") == 1 }

    /// Why the log and its index cannot be made beside the file; nil if they can.
    var unwritableFolder: StorageError? {
        let folder = path.prefix(through: path.lastIndex(of: "/") ?? path.startIndex)
        guard access(String(folder), W_OK) != 0 else { return nil }
        return SQLiteFailure(code: SQLITE_CANTOPEN, message: "", systemError: errno).storageError(opening: path)
    }

    /// Bytes that this user may still write to the file's file system; nil if it does not tell.
    var freeBytes: Int64? {
        var facts = statvfs()
        guard statvfs(path, &facts) == 0 else { return nil }
        return Int64(clamping: UInt64(facts.f_bavail) &* UInt64(facts.f_frsize))
    }

    /// Statements that have started and not finished.
    var busyStatements: Int {
        var count = 0
        var statement = sqlite3_next_stmt(handle, nil)
        while let current = statement {
            if sqlite3_stmt_busy(current) != 0 { count += 1 }
            statement = sqlite3_next_stmt(handle, current)
        }
        return count
    }

    /// Rows changed by the statement that ran last.
    var changes: Int { Int(sqlite3_changes64(handle)) }

    /// Runs statements that have no parameters and no rows.
    func execute(_ sql: String) throws(StorageError) {
        let code = sqlite3_exec(handle, sql, nil, nil, nil)
        if code != SQLITE_OK { throw failure(code).storageError(table: nil) }
    }

    /// The statement prepared for that text, ready to bind.
    func statement(_ sql: String) throws(StorageError) -> SQLiteStatement {
        if let known = statements[sql] {
            known.reset()
            return known
        }
        if statements.count >= Self.maximumStatements { statements.removeAll() }
        let statement = try prepared(sql)
        statements[sql] = statement
        return statement
    }

    /// Prepares a statement for one caller only.
    func prepared(_ sql: String) throws(StorageError) -> SQLiteStatement {
        var prepared: OpaquePointer?
        let code = sqlite3_prepare_v3(handle, sql, -1, UInt32(SQLITE_PREPARE_PERSISTENT), &prepared, nil)
        guard let prepared, code == SQLITE_OK else { throw failure(code).storageError(table: nil) }
        return SQLiteStatement(prepared, of: self)
    }

    func failure(_ code: Int32) -> SQLiteFailure {
        SQLiteFailure(
            code: code, message: String(cString: sqlite3_errmsg(handle)), systemError: sqlite3_system_errno(handle))
    }

    /// Checks that the file exists, and creates it on request. SQLite itself would report a missing file, a missing
    /// folder and a write-protected folder in the same way, and would create a file that every user can read. An empty
    /// file is an empty database. SQLite gives the log and its index (`-wal`, `-shm`) the mode of the file.
    private static func checkExists(_ path: String, create: Bool) throws(StorageError) {
        if access(path, F_OK) == 0 { return }
        if create {
            let descriptor = Glibc.open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
            if descriptor >= 0 {
                close(descriptor)
                return
            }
        } else if errno == ENOENT {
            throw StorageError(
                .schemaMismatch, "there is no database file \(path): `relocation-worker migrate` creates it")
        }
        throw SQLiteFailure(code: SQLITE_CANTOPEN, message: "", systemError: errno).storageError(opening: path)
    }

    static func words(ofError number: Int32) -> String {
        var buffer = [CChar](repeating: 0, count: 128)
        guard strerror_r(number, &buffer, buffer.count) == 0 else { return "error \(number)" }
        return String(decoding: buffer.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    /// `relocation_fold(text)`: the case folding of `citext`; `relocation_upper(text)`: that of `UPPER`. Only look-ups use it: other programs could not use a file
    /// whose indexes or tables need it.
    private func registerFolding() {
        register("relocation_fold") { SQLiteConnection.answer($0, $2, LowerCaseFolding.folded) }
        register("relocation_upper") { SQLiteConnection.answer($0, $2, UpperCaseFolding.folded) }
    }

    private typealias Function = @convention(c) (OpaquePointer?, Int32, UnsafeMutablePointer<OpaquePointer?>?) -> Void

    private func register(_ name: String, _ function: Function) {
        let flags = SQLITE_UTF8 | SQLITE_DETERMINISTIC | SQLITE_DIRECTONLY
        sqlite3_create_function_v2(handle, name, 1, flags, nil, function, nil, nil, nil)
    }

    private static func answer(
        _ context: OpaquePointer?, _ arguments: UnsafeMutablePointer<OpaquePointer?>?, _ fold: (String) -> String
    ) {
        guard let text = sqlite3_value_text(arguments?[0]) else { return sqlite3_result_null(context) }
        let folded = fold(String(cString: text))
        sqlite3_result_text(context, folded, -1, unsafeBitCast(-1, to: sqlite3_destructor_type.self))
    }
}

/// Tells one file from another, whatever their names.
private struct FileNumber: Equatable {
    private let device: UInt
    private let number: UInt

    /// nil if there is no such file.
    init?(_ path: String) {
        var facts = stat()
        guard stat(path, &facts) == 0 else { return nil }
        device = UInt(facts.st_dev)
        number = UInt(facts.st_ino)
    }
}
