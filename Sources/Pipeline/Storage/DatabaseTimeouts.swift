/// How long a database may keep a worker waiting. The standard values are shorter than a worker's lease, so that the
/// transaction of a frozen worker ends before another worker has waited long for its locks.
public struct DatabaseTimeouts: Sendable, Equatable {
    /// Making a connection, in seconds; libpq takes 2 at least.
    public var connectSeconds: Int
    /// Waiting for a lock (PostgreSQL) or for the write lock (SQLite), in milliseconds.
    public var lockMilliseconds: Int
    /// One statement, in milliseconds; 0 is no limit.
    public var statementMilliseconds: Int
    /// A statement that takes long in any large database, in milliseconds: migrating, emptying tables with the check of all
    /// references to them, and the commit after that.
    public var longStatementMilliseconds: Int
    /// A transaction between two statements, in milliseconds; 0 is no limit.
    public var idleInTransactionMilliseconds: Int
    /// Unacknowledged data on a TCP connection, in milliseconds.
    public var tcpMilliseconds: Int

    public init(
        connectSeconds: Int = 4, lockMilliseconds: Int = 3_000, statementMilliseconds: Int = 30_000,
        longStatementMilliseconds: Int = 600_000,
        idleInTransactionMilliseconds: Int = 4_000, tcpMilliseconds: Int = 4_000
    ) {
        self.connectSeconds = connectSeconds
        self.lockMilliseconds = lockMilliseconds
        self.statementMilliseconds = statementMilliseconds
        self.longStatementMilliseconds = longStatementMilliseconds
        self.idleInTransactionMilliseconds = idleInTransactionMilliseconds
        self.tcpMilliseconds = tcpMilliseconds
    }
}
