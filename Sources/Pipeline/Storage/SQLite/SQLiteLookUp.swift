internal import Catalogue

/// A look-up as SQL with parameters.
struct SQLiteLookUp {
    let sql: String
    let values: [SQLiteValue]
    private let table: Table
    private let columns: [Column]
    private let types: [ColumnType]

    init(_ query: Select) throws(StorageError) {
        table = query.table
        columns = try table.columns(named: query.columns)
        types = columns.map(\.type)
        let conditions = try SQLiteConditions(query.conditions, in: table)
        let order = try query.orderBy.map { [table] name throws(StorageError) in try table.requiredColumn(name) }
        sql =
            "SELECT \(SQLText.list(query.columns)) FROM \(SQLText.quoted(table.flatName))\(conditions.sql)"
            + "\(Self.ordering(order)) LIMIT ?"
        values = conditions.values + [.integer(Int64(query.limit ?? -1))]
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
