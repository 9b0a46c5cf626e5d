public import Catalogue

/// A condition on one column. Several are joined by AND.
public enum Condition: Sendable {
    case equals(String, Value)
    case isIn(String, [Value])
    case isNull(String)
    case isNotNull(String)
    case greaterThan(String, Value)
}

/// A look-up in one table.
public struct Select: Sendable {
    public let table: Table
    public let columns: [String]
    public let conditions: [Condition]
    public let orderBy: String?
    public let limit: Int?

    public init(
        _ columns: [String], from table: Table, where conditions: [Condition] = [], orderBy: String? = nil,
        limit: Int? = nil
    ) {
        self.table = table
        self.columns = columns
        self.conditions = conditions
        self.orderBy = orderBy
        self.limit = limit
    }
}

/// Rows for one table: one value a column, in the order of `columns`.
public struct Insert: Sendable {
    public let table: Table
    public let columns: [String]
    public let rows: [[Value]]
    /// Rows that would violate any unique index are left out instead of failing.
    public let ignoringConflicts: Bool
    /// Whether deferred constraints are judged right after these rows, for all that the transaction wrote so far. The
    /// error then names the table and the id of the row that breaks one. Where writes are deferred, the commit judges.
    public let judgesConstraints: Bool

    public init(
        into table: Table, columns: [String], rows: [[Value]], ignoringConflicts: Bool = false,
        judgesConstraints: Bool = false
    ) {
        self.table = table
        self.columns = columns
        self.rows = rows
        self.ignoringConflicts = ignoringConflicts
        self.judgesConstraints = judgesConstraints
    }
}

/// New values for rows of one table, found by `id`: each row is its id, then one value a column.
public struct Update: Sendable {
    public let table: Table
    public let columns: [String]
    public let rows: [[Value]]

    public init(_ table: Table, set columns: [String], rows: [[Value]]) {
        self.table = table
        self.columns = columns
        self.rows = rows
    }
}
