internal import Catalogue

extension SQLiteDatabase {
    func insert(_ batch: Insert) throws(StorageError) {
        guard !batch.rows.isEmpty else { return }
        try write { [unowned self] () throws(StorageError) in try insertNow(batch) }
    }

    func update(_ batch: Update) throws(StorageError) {
        guard !batch.rows.isEmpty, !batch.columns.isEmpty else { return }
        try write { [unowned self] () throws(StorageError) in try updateNow(batch) }
    }

    /// Does a write at once, or defers it where the transaction allows that.
    private func write(_ write: @escaping () throws(StorageError) -> Void) throws(StorageError) {
        guard defersWrites else {
            try prepareStatement()
            return try write()
        }
        try beforeStatement?()
        deferred.post(write)
    }

    private func insertNow(_ batch: Insert) throws(StorageError) {
        try checkTransaction()
        let columns = try batch.table.columns(named: batch.columns)
        let places = Array(repeating: "?", count: columns.count).joined(separator: ",")
        let ending = batch.ignoringConflicts ? " ON CONFLICT DO NOTHING" : ""
        let sql =
            "INSERT INTO \(SQLText.quoted(batch.table.name)) (\(SQLText.list(batch.columns))) VALUES (\(places))\(ending)"
        let statement = try connection.statement(sql)
        let wide = try WideUniques(of: batch.table, written: columns, on: connection)
        writtenTables.insert(batch.table.name)
        try atomically { () throws(StorageError) in
            for (index, row) in batch.rows.enumerated() {
                do throws(StorageError) {
                    let values = try stored(row, as: columns, of: batch.table)
                    if let conflict = try wide.conflict(of: values, id: nil) {
                        if batch.ignoringConflicts { continue }
                        throw conflict
                    }
                    try statement.run(values)
                } catch {
                    throw error.naming(batch.table).at(row: index)
                }
            }
            if batch.judgesConstraints { try judgeReferences() }
        }
    }

    private func updateNow(_ batch: Update) throws(StorageError) {
        try checkTransaction()
        let columns = try batch.table.columns(named: batch.columns)
        let key = try batch.table.requiredColumn("id")
        let assignments = batch.columns.map { "\(SQLText.quoted($0)) = ?" }.joined(separator: ", ")
        let statement = try connection.statement(
            "UPDATE \(SQLText.quoted(batch.table.name)) SET \(assignments) WHERE \"id\" = ?")
        let wide = try WideUniques(of: batch.table, written: columns, on: connection)
        writtenTables.insert(batch.table.name)
        try atomically { () throws(StorageError) in
            for (index, row) in batch.rows.enumerated() {
                do throws(StorageError) {
                    let id = try stored(Array(row.prefix(1)), as: [key], of: batch.table)
                    let values = try stored(Array(row.dropFirst()), as: columns, of: batch.table)
                    if let conflict = try wide.conflict(of: values, id: id.first) { throw conflict }
                    try statement.run(values + id)
                    if connection.changes == 0 { throw .missingRow }
                } catch {
                    throw error.naming(batch.table).at(row: index)
                }
            }
        }
    }

    @discardableResult
    func delete(from table: Table, where conditions: [Condition]) throws(StorageError) -> Int {
        let conditions = try SQLiteConditions(conditions, in: table)
        try prepareStatement()
        writtenTables.insert(table.name)
        do {
            let statement = try connection.statement("DELETE FROM \(SQLText.quoted(table.name))\(conditions.sql)")
            try statement.run(conditions.values)
            return connection.changes
        } catch {
            throw error.naming(table)
        }
    }

    /// The row in its stored form; the error names the column that a value does not fit.
    private func stored(_ row: [Value], as columns: [Column], of table: Table) throws(StorageError) -> [SQLiteValue] {
        guard row.count == columns.count else {
            throw StorageError(.invalidValue, "\(table.name): a row has \(row.count) of \(columns.count) values")
        }
        var out: [SQLiteValue] = []
        out.reserveCapacity(columns.count)
        for (column, value) in zip(columns, row) {
            do {
                out.append(SQLiteValue(storing: try value.fitted(to: column.type), as: column.type))
            } catch {
                throw error.error(table: table, column: column, rowIndex: nil)
            }
            if column.type == .json || column.type == .jsonb, case .text(let text) = value {
                try checkJSON(text, of: column, in: table)
            }
        }
        return out
    }

    private func checkJSON(_ text: String, of column: Column, in table: Table) throws(StorageError) {
        guard try integer("SELECT json_valid(?)", [.text(text)]) != 1 else { return }
        throw Misfit(reason: "not JSON").error(table: table, column: column, rowIndex: nil)
    }
}

extension StorageError {
    /// The same error with its table, where the database did not name one.
    func naming(_ table: Table) -> StorageError {
        guard self.table == nil else { return self }
        return StorageError(
            kind, message, table: table.name, constraint: constraint, rowIndex: rowIndex, columns: columns,
            rowID: rowID)
    }
}

/// The uniqueness of case-insensitive columns beyond ASCII, which the schema's own index cannot keep: looked up before
/// each row is written.
private struct WideUniques {
    private let lookups: [(column: Column, position: Int, statement: SQLiteStatement)]
    private let table: Table

    init(of table: Table, written: [Column], on connection: SQLiteConnection) throws(StorageError) {
        var lookups: [(column: Column, position: Int, statement: SQLiteStatement)] = []
        for (position, column) in written.enumerated() where column.type == .citext {
            guard table.uniques.contains(where: { $0.columns == [column.name] && $0.condition == nil }) else {
                continue
            }
            let condition = try SQLiteConditions([.equals(column.name, .text(""))], in: table)
            let sql = "SELECT \"id\" FROM \(SQLText.quoted(table.name))\(condition.sql) AND \"id\" IS NOT ?"
            lookups.append((column, position, try connection.statement(sql)))
        }
        self.lookups = lookups
        self.table = table
    }

    /// The violation that writing the row would be; nil where there is none.
    func conflict(of row: [SQLiteValue], id: SQLiteValue?) throws(StorageError) -> StorageError? {
        for (column, position, statement) in lookups {
            guard case .text(let text) = row[position] else { continue }
            let conditions = try SQLiteConditions([.equals(column.name, .text(text))], in: table)
            try statement.bind(conditions.values + [id ?? .null])
            defer { statement.reset() }
            if try statement.step() {
                return Violation(
                    kind: .uniqueViolation, table: table.name, constraint: column.name, columns: [column.name]
                ).error
            }
        }
        return nil
    }
}
