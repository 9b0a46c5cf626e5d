public import Catalogue

/// Rows for one table: one value per column, in the order of `columns`.
public struct Insert: Sendable {
    public let table: Table
    public let columns: [String]
    public let rows: [[Value]]
    /// Rows that would violate any unique index are left out instead of failing.
    public let ignoringConflicts: Bool
    /// Whether deferred constraints are checked right after these rows, for everything the transaction has written. The
    /// error names the table and the id of the row that breaks one. If writes are deferred, the commit checks instead.
    public let checksConstraints: Bool
    /// Whether the rows must not go through a binary COPY, which takes a column's very type only.
    var avoidsCopy = false

    public init(
        into table: Table, columns: [String], rows: [[Value]], ignoringConflicts: Bool = false,
        checksConstraints: Bool = false
    ) {
        self.table = table
        self.columns = columns
        self.rows = rows
        self.ignoringConflicts = ignoringConflicts
        self.checksConstraints = checksConstraints
    }
}
