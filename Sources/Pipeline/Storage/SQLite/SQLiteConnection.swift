internal import CSQLite
internal import Glibc
internal import TextForms

/// One open SQLite file with its prepared statements. Closed with the last reference to it.
final class SQLiteConnection {
    let path: String
    private let handle: OpaquePointer
    private var statements: [String: SQLiteStatement] = [:]
    private static let maximumStatements = 256
    /// Once a process; too late, it changes nothing.
    private static let withoutStatistics = relocation_sqlite3_without_statistics()
    /// A file that may not grow any more is a full disk, an error as any other, and no reason to die.
    private static let ignoreFileSizeSignal: Void = { _ = signal(SIGXFSZ, SIG_IGN) }()

    init(path: String, create: Bool, busyMilliseconds: Int) throws(StorageError) {
        _ = Self.ignoreFileSizeSignal
        self.path = path
        _ = Self.withoutStatistics
        try Self.checkExists(path, create: create)
        var opened: OpaquePointer?
        let flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE
        let code = sqlite3_open_v2(path, &opened, flags | (create ? SQLITE_OPEN_CREATE : 0), nil)
        guard let opened, code == SQLITE_OK else {
            let system = Self.errorCreating(path, create: create) ?? opened.map(sqlite3_system_errno) ?? 0
            let error = SQLiteFailure(code: code, message: "", systemError: system)
            sqlite3_close_v2(opened)
            throw error.storageError(opening: path)
        }
        handle = opened
        sqlite3_busy_timeout(handle, Int32(clamping: busyMilliseconds))
        registerFolding()
    }

    deinit {
        statements.removeAll()
        sqlite3_close_v2(handle)
    }

    /// Whether no transaction is open in SQLite itself: some errors end one.
    var isAutocommit: Bool { sqlite3_get_autocommit(handle) != 0 }

    /// Whether foreign keys are broken that the end of the transaction would stumble over.
    var hasOpenForeignKeys: Bool {
        var (count, unused) = (Int32(0), Int32(0))
        return sqlite3_db_status(handle, SQLITE_DBSTATUS_DEFERRED_FKS, &count, &unused, 0) == SQLITE_OK && count != 0
    }

    /// Whether the file could only be opened for reading.
    var isReadOnly: Bool { sqlite3_db_readonly(handle, "main") == 1 }

    /// Whether a deferred foreign key is broken as things stand: SQLite counts them as it goes.
    var hasBrokenReferences: Bool {
        var (current, highest): (Int32, Int32) = (0, 0)
        let code = sqlite3_db_status(handle, SQLITE_DBSTATUS_DEFERRED_FKS, &current, &highest, 0)
        return code == SQLITE_OK && current > 0
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
        var prepared: OpaquePointer?
        let code = sqlite3_prepare_v3(handle, sql, -1, UInt32(SQLITE_PREPARE_PERSISTENT), &prepared, nil)
        guard let prepared, code == SQLITE_OK else { throw failure(code).storageError(table: nil) }
        let statement = SQLiteStatement(prepared, of: self)
        statements[sql] = statement
        return statement
    }

    func failure(_ code: Int32) -> SQLiteFailure {
        SQLiteFailure(
            code: code, message: String(cString: sqlite3_errmsg(handle)), systemError: sqlite3_system_errno(handle))
    }

    /// Makes sure of the file beforehand, an empty one being an empty database: SQLite itself would report a missing
    /// file, a missing folder and a folder that may not be written all alike.
    private static func checkExists(_ path: String, create: Bool) throws(StorageError) {
        if access(path, F_OK) == 0 { return }
        if create {
            let descriptor = Glibc.open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o644)
            if descriptor >= 0 {
                close(descriptor)
                return
            }
        } else if errno == ENOENT {
            throw StorageError(.schemaMismatch, "there is no database file \(path): `migrate` creates it")
        }
        throw SQLiteFailure(code: SQLITE_CANTOPEN, message: "", systemError: errno).storageError(opening: path)
    }

    /// Why the file cannot be made; nil where it is there. SQLite tries again for reading only, and then reports that
    /// attempt's failure.
    private static func errorCreating(_ path: String, create: Bool) -> Int32? {
        guard create, access(path, F_OK) != 0 else { return nil }
        let descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { return errno }
        close(descriptor)
        return nil
    }

    static func words(ofError number: Int32) -> String {
        var buffer = [CChar](repeating: 0, count: 128)
        guard strerror_r(number, &buffer, buffer.count) == 0 else { return "error \(number)" }
        return String(decoding: buffer.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    /// `relocation_fold(text)`: the case folding of `citext`. Only look-ups of ours use it: an index or a table
    /// definition with it would shut every other program out of the file.
    private func registerFolding() {
        let flags = SQLITE_UTF8 | SQLITE_DETERMINISTIC | SQLITE_DIRECTONLY
        sqlite3_create_function_v2(
            handle, "relocation_fold", 1, flags, nil,
            { context, _, arguments in
                guard let text = sqlite3_value_text(arguments?[0]) else { return sqlite3_result_null(context) }
                let folded = LowerCaseFolding.folded(String(cString: text))
                sqlite3_result_text(context, folded, -1, unsafeBitCast(-1, to: sqlite3_destructor_type.self))
            }, nil, nil, nil)
    }
}
