public import Catalogue

/// New values for rows of one table, found by `id`: each row is its id, then one value per column.
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
