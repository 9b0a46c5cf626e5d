public import Catalogue

/// A condition on one column. Several are joined by AND.
public enum Condition: Sendable {
    case equals(String, Value)
    /// A text that is this one in upper case, as the database maps letters: Sentry's `iexact`. An index on `UPPER(column)` helps.
    case equalsInUpperCase(String, String)
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
    /// Whether other transactions that lock or change these rows wait for the end of this one. SQLite, which has one writer
    /// at a time, needs nothing for it.
    package var locks = false

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
