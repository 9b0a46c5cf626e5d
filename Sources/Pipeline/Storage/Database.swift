public import Catalogue

/// One connection to one database: the seam that SQLite and PostgreSQL fill. Blocking and not `Sendable`: a
/// connection lives on the executor of the work that uses it, never on the cooperative pool.
///
/// Statements are described, not written: everything above the seam is the same for both databases, values always
/// travel as parameters and no SQL text is made from input.
public protocol Database: AnyObject {
    /// Which database this is, the same for every connection to it and different for every other: a relocation is
    /// bound to the destination that first imported it.
    var identity: String { get }

    /// Called before every statement; what it throws is thrown instead of running the statement. This is how a worker
    /// that lost its lease stops writing.
    var beforeStatement: (() throws(StorageError) -> Void)? { get set }

    /// Whether a transaction is open.
    var isInTransaction: Bool { get }

    /// How many transactions this connection has begun: the number of the open one. Callers that want to know whether
    /// an answer still holds ask ``readOnceKey``.
    var transactions: Int { get }

    /// Whether the open transaction's writes are deferred. The caller that began it decides; callers below it need not
    /// ask: ``readOnceKey`` says what follows for reads, and no error names a row.
    var defersWrites: Bool { get }

    /// Opens a transaction that may write (SQLite takes the write lock at once).
    ///
    /// - Parameter deferringWrites: writes may return before the database has done them, for the caller to go on
    ///   meanwhile. What goes wrong is then thrown by a later call, the commit at the latest; it names no row, and only
    ///   a roll-back is left. Rows that a write was to leave out for their conflicts are such an error, too.
    func begin(deferringWrites: Bool) throws(StorageError)

    /// Checks deferred constraints now: a commit that follows at once fails for the connection's sake only.
    func checkConstraints() throws(StorageError)

    /// Checks deferred constraints, then commits durably. After an error the transaction is rolled back.
    func commit() throws(StorageError)

    /// Ends the transaction without effect. Never fails: a connection that cannot roll back is closed and reopened.
    func rollback()

    /// Rows in ascending order of `orderBy` (of `id` where nil), one value per column asked for, typed by the table's
    /// column types.
    func select(_ query: Select) throws(StorageError) -> [[Value]]

    /// The rows of ``select(_:)`` in pages of at most `pageRows`, with memory for one page. All pages show the database
    /// at one moment. No page is empty.
    ///
    /// Outside a transaction it reads in one of its own, which refuses writes (`.readOnly`). `page` may read over the
    /// same connection; it must not begin or end a transaction, nor write to the table that is read. What it throws ends
    /// the reading and is thrown on; the connection and an open transaction stay usable.
    func read(
        _ query: Select, pageRows: Int, _ page: ([[Value]]) throws(StorageError) -> Void
    ) throws(StorageError)

    /// How many rows meet all conditions, this transaction's own among them. Waits until no other transaction that has
    /// counted under this name is open; the next that does waits for the end of this one.
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

    /// Empties the tables that exist, in the order given, within the transaction, and checks deferred constraints: a
    /// row of another table may point at what is gone. Names come from the catalogue.
    /// Their sequences start at 1 again once the transaction has committed, and only then.
    func clear(tables: [String]) throws(StorageError)

    /// The tables of the database themselves, over this connection.
    var schema: any SchemaAdmin { get }
}

extension Database {
    /// Opens a transaction in which every write has been done when its call returns.
    public func begin() throws(StorageError) { try begin(deferringWrites: false) }

    /// ``read(_:pageRows:_:)`` for a consumer with errors of its own; `asFailure` says what a storage error is among
    /// them.
    package func read<Failure: Error>(
        _ query: Select, pageRows: Int, asFailure: (StorageError) -> Failure,
        _ page: ([[Value]]) throws(Failure) -> Void
    ) throws(Failure) {
        var failure: Failure?
        do throws(StorageError) {
            try read(query, pageRows: pageRows) { rows throws(StorageError) in
                do throws(Failure) {
                    try page(rows)
                } catch {
                    failure = error
                    throw StorageError(.other, "the consumer of the rows failed")
                }
            }
        } catch {
            throw failure ?? asFailure(error)
        }
    }

    /// The number of the open transaction, where one reading per transaction is enough: its writes are deferred, every
    /// read waits for them, and a conflict with what others commit meanwhile is found by the commit and tried again.
    /// nil where every question is asked anew.
    package var readOnceKey: Int? { defersWrites ? transactions : nil }
}
