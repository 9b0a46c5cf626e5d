internal import Catalogue

/// A look-up as SQL with parameters.
struct PostgresLookUp {
    private let sql: String
    private let parameters: PostgresParameters
    private let table: Table
    private let columns: [Column]
    private let types: [ColumnType]

    init(_ query: Select) throws(StorageError) {
        table = query.table
        columns = try table.columns(named: query.columns)
        types = columns.map(\.type)
        let order = try query.orderBy.map { [table] name throws(StorageError) in try table.requiredColumn(name) }
        let conditions = try PostgresConditions(query.conditions, in: table)
        var parameters = conditions.parameters
        var sql = "SELECT \(SQLText.list(query.columns)) FROM \(table.postgresName)\(conditions.sql)"
        sql += Self.ordering(order)
        if let limit = query.limit {
            parameters.add(Int64(limit))
            sql += " LIMIT $\(parameters.count)"
        }
        if query.locks { sql += " FOR UPDATE" }
        self.sql = sql
        self.parameters = parameters
    }

    var command: PostgresCommand { PostgresCommand(sql, parameters) }

    /// Opens a cursor on the rows. It shows the database at this moment, without later writes.
    func declaration(of cursor: String) -> PostgresCommand {
        PostgresCommand("DECLARE \(cursor) NO SCROLL CURSOR FOR \(sql)", parameters)
    }

    func rows(of result: PostgresResult) throws(StorageError) -> [[Value]] {
        var rows: [[Value]] = []
        rows.reserveCapacity(result.rowCount)
        for index in 0..<result.rowCount {
            var row: [Value] = []
            row.reserveCapacity(types.count)
            for position in types.indices {
                do {
                    row.append(try result.value(index, position, as: types[position]))
                } catch {
                    throw error.error(
                        table: table, column: columns[position], rowIndex: nil, rowID: id(of: index, in: result))
                }
            }
            rows.append(row)
        }
        return rows
    }

    /// nil if the look-up does not ask for it.
    private func id(of row: Int, in result: PostgresResult) -> Int64? {
        columns.firstIndex(where: \.isPrimaryKey).flatMap { result.integer(row, $0) }
    }

    /// Texts by their bytes, nulls last (the server's own default), equal values by id.
    private static func ordering(_ column: Column?) -> String {
        guard let column, !column.isPrimaryKey else { return " ORDER BY \"id\"" }
        let collation = column.type.isText ? "::text COLLATE \"C\"" : ""
        return " ORDER BY \(SQLText.quoted(column.name))\(collation), \"id\""
    }
}
