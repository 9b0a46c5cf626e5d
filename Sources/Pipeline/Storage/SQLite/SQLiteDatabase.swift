internal import Catalogue
internal import Glibc

/// ``Database`` on one SQLite file.
///
/// A failed write or look-up leaves the transaction as it was before that call. If SQLite itself ends the transaction
/// (disk full, I/O error), every further call in it fails until `rollback()`.
///
/// Case-insensitive columns carry NOCASE in the schema, so that any program can use the file. NOCASE folds ASCII only;
/// look-ups fold the rest here, and so does a check before every insert and update.
// More than eight properties: the state of one connection and of its transaction.
final class SQLiteDatabase: Database {
    let identity: String
    private(set) var formerIdentity = ""
    var beforeStatement: (() throws(StorageError) -> Void)?
    private(set) var transactions = 0
    private var transaction = Transaction.none
    let deferred = DeferredWrites()

    let connection: SQLiteConnection
    var reserved = ReservedIDs()
    /// Tables written in this transaction: the commit searches them for a broken foreign key.
    var writtenTables: Set<String> = []

    private enum Transaction {
        case none
        /// Of a paged read: it refuses writes.
        case reading
        case writing
        /// Writes run in the background while their caller goes on.
        case writingDeferred
    }

    init(path: String, access: SQLiteAccess, timeouts: DatabaseTimeouts) throws(StorageError) {
        let actual = access == .reading ? try SQLiteAccess.reading(path) : access
        connection = try SQLiteConnection(path: path, access: actual, busyMilliseconds: timeouts.lockMilliseconds)
        identity = Self.identity(ofFile: connection.path)
        try configure(isWriter: access != .reading)
        formerIdentity = try readFormerIdentity()
    }

    /// A database of this connection alone, gone with it, which checks no foreign keys; see ``SQLiteConnection``.
    init(scratchInMemory inMemory: Bool) throws(StorageError) {
        connection = try SQLiteConnection(scratchInMemory: inMemory)
        identity = "scratch"
        try configure(isWriter: true)
        try connection.execute("PRAGMA foreign_keys = OFF; PRAGMA synchronous = OFF")
    }

    var isInTransaction: Bool { transaction != .none }

    var defersWrites: Bool { transaction == .writingDeferred }

    /// Opens a transaction that holds the write lock from its start.
    func begin(deferringWrites: Bool) throws(StorageError) {
        guard !isInTransaction else { throw StorageError(.other, "a transaction is open already") }
        try beforeStatement?()
        if connection.isReplaced {
            throw StorageError(.unavailable, "another file stands at \(connection.path) than was opened")
        }
        if connection.isReadOnly { throw StorageError(.readOnly, "the database is read-only") }
        try connection.execute("BEGIN IMMEDIATE")
        transaction = deferringWrites ? .writingDeferred : .writing
        transactions += 1
        reserved.begin()
        writtenTables = []
    }

    /// Opens the transaction of a paged read. Other connections may write meanwhile; it does not see their writes.
    func beginReading() throws(StorageError) {
        try beforeStatement?()
        try connection.execute("BEGIN")
        transaction = .reading
        transactions += 1
        reserved.begin()
    }

    func checkConstraints() throws(StorageError) {
        try prepareStatement()
        guard connection.hasBrokenReferences else { return }
        throw brokenReference(in: writtenTables)
            ?? StorageError(.foreignKeyViolation, "a row points at a row that does not exist")
    }

    func commit() throws(StorageError) {
        do {
            try prepareStatement()
            try connection.execute("COMMIT")
        } catch {
            let isUnnamed = error.kind == .foreignKeyViolation && !defersWrites
            let found = isUnnamed ? brokenReference(in: writtenTables) ?? error : error
            rollback()
            throw found
        }
        transaction = .none
        reserved.commit()
    }

    func rollback() {
        guard isInTransaction else { return }
        do { try deferred.settle() } catch {
            // A deferred write has failed. The caller rolls back because of that.
        }
        if transaction == .reading { allowWriting() }
        transaction = .none
        reserved.rollback()
        if connection.isAutocommit { return }
        do {
            try connection.execute("ROLLBACK")
        } catch {
            // If nothing can be written any more, SQLite rolls back by itself. The next reader of the log ignores what
            // is left of the transaction.
        }
    }

    private func allowWriting() {
        do {
            try connection.execute("PRAGMA query_only = OFF")
        } catch {
            // The setting affects only this connection. Nothing is read or written, so nothing can fail.
        }
    }

    /// Runs before every statement. SQLite may have ended the transaction by itself; a write would then take effect
    /// outside of it.
    func prepareStatement() throws(StorageError) {
        try beforeStatement?()
        try deferred.settle()
        try checkTransaction()
    }

    func checkTransaction() throws(StorageError) {
        if isInTransaction, connection.isAutocommit {
            throw StorageError(.unavailable, "the transaction was ended by an earlier error")
        }
    }

    /// Runs writes in a savepoint, or in a transaction of their own: a failure leaves nothing of them.
    func atomically<Result>(_ writes: () throws(StorageError) -> Result) throws(StorageError) -> Result {
        let isNested = isInTransaction
        try connection.execute(isNested ? "SAVEPOINT batch" : "BEGIN IMMEDIATE")
        do {
            let result = try writes()
            try connection.execute(isNested ? "RELEASE batch" : "COMMIT")
            return result
        } catch {
            if !connection.isAutocommit {
                try connection.execute(isNested ? "ROLLBACK TO batch; RELEASE batch" : "ROLLBACK")
            }
            throw error
        }
    }

    /// The first integer of the first row; nil if there is no row or it is null.
    func integer(_ sql: String, _ values: [SQLiteValue] = []) throws(StorageError) -> Int64? {
        let statement = try connection.statement(sql)
        try statement.bind(values)
        defer { statement.reset() }
        guard try statement.step(), case .integer(let number) = statement.value(0) else { return nil }
        return number
    }

    // MARK: - Opening

    /// Fails if SQLite did not accept a setting that durability or integrity depends on.
    private func configure(isWriter: Bool) throws(StorageError) {
        // The first read fails if the file is not a SQLite database, or if its log cannot be made beside it.
        do { _ = try integer("PRAGMA schema_version") } catch { throw connection.unwritableFolder ?? error }
        if isWriter, !connection.isReadOnly { try connection.execute("PRAGMA journal_mode = WAL") }
        try connection.execute("PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON; PRAGMA temp_store = MEMORY")
        // The log is written back into the file after 8,000 pages of 4 KiB; 16 MiB of pages stay in memory.
        try connection.execute("PRAGMA wal_autocheckpoint = 8000; PRAGMA cache_size = -16384")
        guard try integer("PRAGMA synchronous") == 2, try integer("PRAGMA foreign_keys") == 1 else {
            throw StorageError(.other, "SQLite did not accept synchronous = FULL or foreign_keys = ON")
        }
    }

    /// The number that `migrate` gave the file: it stays when the file is moved. The canonical path of a file without
    /// such a number.
    /// Path and inode: a file that takes the place of another is not the one before.
    private static func identity(ofFile path: String) -> String {
        var file = stat()
        let inode = stat(path, &file) == 0 ? file.st_ino : 0
        return "sqlite:\(resolved(path))#\(inode)"
    }

    private static func resolved(_ path: String) -> String {
        guard let resolved = realpath(path, nil) else { return path }
        defer { free(resolved) }
        return String(cString: resolved)
    }

    /// The number that `migrate` chose, which moves with the file; the path of a file without one.
    private func readFormerIdentity() throws(StorageError) -> String {
        let mark = try integer("PRAGMA application_id")
        if mark == Self.applicationID, let number = try integer("PRAGMA user_version"), number != 0 {
            return "sqlite:\(UInt32(truncatingIfNeeded: number))"
        }
        return "sqlite:\(Self.resolved(connection.path))"
    }

    func refreshIdentity() throws(StorageError) { formerIdentity = try readFormerIdentity() }

    /// "RELO": marks a file that `migrate` created.
    static let applicationID: Int64 = 0x5245_4C4F
}
