internal import Catalogue

/// A look-up as SQL with parameters.
struct SQLiteLookUp {
    let sql: String
    let values: [SQLiteValue]
    private let table: Table
    private let columns: [Column]
    private let types: [ColumnType]

    /// - Parameter inPages: whether the rows may be too many for the memory
    init(_ query: Select, inPages: Bool = false) throws(StorageError) {
        table = query.table
        columns = try table.columns(named: query.columns)
        types = columns.map(\.type)
        let conditions = try SQLiteConditions(query.conditions, in: table)
        let order = try query.orderBy.map { [table] name throws(StorageError) in try table.requiredColumn(name) }
        let name = SQLText.quoted(table.flatName)
        let found =
            inPages && Self.mayBeSorted(query)
            ? " WHERE \"id\" IN (SELECT \"id\" FROM \(name)\(conditions.sql))" : conditions.sql
        sql = "SELECT \(SQLText.list(query.columns)) FROM \(name)\(found)\(Self.ordering(order)) LIMIT ?"
        values = conditions.values + [.integer(Int64(query.limit ?? -1))]
    }

    /// Whether SQLite may find the rows by an index and sort them by their ids: all of them, in memory. It then finds the ids
    /// only, which it has in their order.
    private static func mayBeSorted(_ query: Select) -> Bool {
        (query.orderBy ?? "id") == "id" && query.conditions.contains { $0.column != "id" }
    }

    /// The row that the statement stands at.
    func row(of statement: SQLiteStatement) throws(StorageError) -> [Value] {
        var row: [Value] = []
        row.reserveCapacity(types.count)
        for index in types.indices {
            do {
                row.append(try Value(stored: statement.value(index), as: types[index]))
            } catch {
                throw error.error(table: table, column: columns[index], rowIndex: nil, rowID: id(of: statement))
            }
        }
        return row
    }

    /// nil if the look-up does not ask for it.
    private func id(of statement: SQLiteStatement) -> Int64? {
        columns.firstIndex(where: \.isPrimaryKey).map { statement.integer($0) }
    }

    /// Texts by their bytes, nulls last, equal values by id: the same order as in PostgreSQL.
    private static func ordering(_ column: Column?) -> String {
        guard let column, !column.isPrimaryKey else { return " ORDER BY \"id\"" }
        let collation = column.type.isText ? " COLLATE BINARY" : ""
        return " ORDER BY \(SQLText.quoted(column.name))\(collation) NULLS LAST, \"id\""
    }
}
