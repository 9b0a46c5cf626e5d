public import Catalogue

/// One connection to one database, implemented for SQLite and PostgreSQL. Its calls block and it is not `Sendable`: a
/// connection lives on the executor of the work that uses it, never on the cooperative pool.
///
/// Callers describe statements and write no SQL, so that they are the same for both databases. Values always travel as
/// parameters; no SQL text is made from input.
public protocol Database: AnyObject {
    /// Identifies the database: the same for every connection to it, different for every other database. A file that is
    /// copied or moved is another one.
    var identity: String { get }

    /// The identity that versions before named destinations gave the database.
    var formerIdentity: String { get }

    /// Called before every statement. If it throws, the statement does not run and the call throws that error: a worker
    /// that has lost its lease stops writing this way.
    var beforeStatement: (() throws(StorageError) -> Void)? { get set }

    /// Whether a transaction is open.
    var isInTransaction: Bool { get }

    /// How many transactions this connection has begun: the number of the open one. To find out whether an answer is
    /// still valid, use ``readOnceKey``.
    var transactions: Int { get }

    /// Whether the open transaction's writes are deferred, which the caller of `begin` decides. Errors then name no
    /// row. Code that only reads uses ``readOnceKey`` instead.
    var defersWrites: Bool { get }

    /// Opens a transaction that may write (SQLite takes the write lock at once).
    ///
    /// - Parameter deferringWrites: Writes may return before the database has done them, so that the caller can go on
    ///   meanwhile. A later call throws the error, the commit at the latest. That error names no row, and the caller can
    ///   only roll back. A conflict of a row that `ignoringConflicts` would leave out is such an error, too.
    func begin(deferringWrites: Bool) throws(StorageError)

    /// Opens a transaction that only reads, and shows the database at one moment to all reads in it. Between two reads it may
    /// be idle for ten minutes. `rollback` ends it.
    ///
    /// - Parameter snapshot: what ``shareSnapshot()`` of another connection to the same database gave: both then show the
    ///   same moment.
    func beginReading(snapshot: String?) throws(StorageError)

    /// Ends a transaction that ``beginReading(snapshot:)`` has begun. Throws if its reads may not have shown one moment: a file
    /// that nobody could lock was written meanwhile.
    func endReading() throws(StorageError)

    /// A name under which other connections can see the open transaction's moment, as long as it is open; nil if the
    /// database has no such thing.
    func shareSnapshot() throws(StorageError) -> String?

    /// Checks deferred constraints now: a commit right after it fails only if the connection does.
    func checkConstraints() throws(StorageError)

    /// Checks deferred constraints, then commits durably. After an error the transaction is rolled back.
    func commit() throws(StorageError)

    /// Ends the transaction without effect. Never fails: a connection that cannot roll back is closed and reopened.
    func rollback()

    /// Rows in ascending order of `orderBy` (of `id` if nil), one value per column asked for, typed by the table's
    /// column types.
    func select(_ query: Select) throws(StorageError) -> [[Value]]

    /// The rows of ``select(_:)`` in pages of at most `pageRows`, fewer if rows are large, with memory for one page. All pages show the database
    /// at one moment. No page is empty.
    ///
    /// Outside a transaction it reads in a transaction of its own, which refuses writes (`.readOnly`). `page` may read
    /// over the same connection; it must not begin or end a transaction, nor write to the table that is read. An error
    /// that it throws ends the reading and is thrown to the caller; the connection and an open transaction stay usable.
    /// In an open transaction the server's limit for idle transactions applies to `page`; else `page` may take ten
    /// minutes.
    func read(
        _ query: Select, pageRows: Int, _ page: ([[Value]]) throws(StorageError) -> Void
    ) throws(StorageError)

    /// ``read(_:pageRows:_:)`` for a `page` that leaves the connection alone: the database makes the next page meanwhile.
    func stream(
        _ query: Select, pageRows: Int, _ page: ([[Value]]) throws(StorageError) -> Void
    ) throws(StorageError)

    /// How many rows meet all conditions, including those that this transaction has written. Only one transaction at a
    /// time can count under a name: the call waits until other transactions that have counted under it have ended.
    func count(_ table: Table, where conditions: [Condition], alone name: String) throws(StorageError) -> Int

    /// Writes all rows with the identifiers they carry; the error names the first row that failed.
    func insert(_ batch: Insert) throws(StorageError)

    /// Writes new values into rows found by `id`: the first value of each row. A row that is gone is `.contention`.
    func update(_ batch: Update) throws(StorageError)

    /// Deletes the rows that meet all conditions; returns how many there were.
    @discardableResult
    func delete(from table: Table, where conditions: [Condition]) throws(StorageError) -> Int

    /// Reserves `count` fresh ids, ascending. They stay consumed when the transaction is rolled back.
    func reserveIDs(_ count: Int, for table: Table) throws(StorageError) -> [Int64]

    /// Makes the table's next id greater than every id it holds; never moves it backwards.
    func advanceSequence(of table: Table) throws(StorageError)

    /// Empties the tables that exist, in the order given, within the transaction. Then it checks deferred constraints:
    /// a row of another table may refer to a deleted one. Names come from the catalogue. The sequences start at 1 again
    /// after the commit, and only then.
    /// After an error the caller rolls back.
    func clear(tables: [String], onProgress: (Clearing) -> Void) throws(StorageError)

    /// Creates and compares the tables of the database over this connection.
    var schema: any SchemaAdmin { get }
}

extension Database {
    /// Opens a transaction in which every write has been done when its call returns.
    public func begin() throws(StorageError) { try begin(deferringWrites: false) }

    /// Runs writes in a transaction of their own: all of them are done, or none.
    public func withTransaction<Result>(_ body: () throws(StorageError) -> Result) throws(StorageError) -> Result {
        try begin()
        do throws(StorageError) {
            let result = try body()
            try commit()
            return result
        } catch {
            rollback()
            throw error
        }
    }

    public func endReading() throws(StorageError) { rollback() }

    public func stream(
        _ query: Select, pageRows: Int, _ page: ([[Value]]) throws(StorageError) -> Void
    ) throws(StorageError) {
        try read(query, pageRows: pageRows, page)
    }

    /// ``read(_:pageRows:_:)`` for a consumer that throws errors of another type; `asFailure` converts a storage error
    /// to that type.
    ///
    /// - Parameter ahead: whether it is a ``stream(_:pageRows:_:)``.
    package func read<Failure: Error>(
        _ query: Select, pageRows: Int, ahead: Bool = false, asFailure: (StorageError) -> Failure,
        _ page: ([[Value]]) throws(Failure) -> Void
    ) throws(Failure) {
        var failure: Failure?
        func deliver(_ rows: [[Value]]) throws(StorageError) {
            do throws(Failure) {
                try page(rows)
            } catch {
                failure = error
                throw StorageError(.other, "the consumer of the rows failed")
            }
        }
        do throws(StorageError) {
            if ahead {
                try stream(query, pageRows: pageRows, deliver)
            } else {
                try read(query, pageRows: pageRows, deliver)
            }
        } catch {
            throw failure ?? asFailure(error)
        }
    }

    /// Cached answers are valid as long as this number stays the same. If it is nil, nothing may be cached.
    ///
    /// It is the number of the open transaction, if that defers its writes. A read then waits for all of them, so it is
    /// expensive. If other connections commit conflicting rows meanwhile, a later write or the commit fails, and the
    /// work is tried again.
    package var readOnceKey: Int? { defersWrites ? transactions : nil }
}

/// How far the emptying of tables has come.
public enum Clearing: Sendable, Equatable {
    /// This table is next.
    case table(Int, of: Int)
    /// All are empty, and what referred to their rows is looked for.
    case references
}
