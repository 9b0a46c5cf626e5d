internal import Catalogue

/// Turns rows for some columns of a table into what SQLite stores.
struct StoredForm {
    private let table: Table
    private let columns: [Column]
    private let types: [ColumnType]
    private let connection: SQLiteConnection

    init(of table: Table, _ columns: [Column], on connection: SQLiteConnection) {
        self.table = table
        self.columns = columns
        types = columns.map(\.type)
        self.connection = connection
    }

    /// Replaces `out` by the row in its stored form; the error names the column that a value does not fit.
    func store(_ row: ArraySlice<Value>, into out: inout [SQLiteValue]) throws(StorageError) {
        out.removeAll(keepingCapacity: true)
        guard row.count == types.count else {
            throw StorageError(.invalidValue, "\(table.name): a row has \(row.count) of \(types.count) values")
        }
        for (position, value) in row.enumerated() {
            let type = types[position]
            do throws(ValueMismatch) {
                out.append(SQLiteValue(storing: try value.fitted(to: type), as: type))
            } catch {
                throw error.error(table: table, column: columns[position], rowIndex: nil)
            }
            if type == .json || type == .jsonb, case .text(let text) = value {
                try checkJSON(text, of: columns[position])
            }
        }
    }

    private func checkJSON(_ text: String, of column: Column) throws(StorageError) {
        let statement = try connection.statement("SELECT json_valid(?)")
        try statement.bind([.text(text)])
        defer { statement.reset() }
        guard try statement.step(), statement.integer(0) == 1 else {
            throw ValueMismatch(reason: "not JSON").error(table: table, column: column, rowIndex: nil)
        }
    }
}
