internal import Catalogue

extension SQLiteDatabase {
    func insert(_ batch: Insert) throws(StorageError) {
        guard !batch.rows.isEmpty else { return }
        try write { [self] () throws(StorageError) in try insertNow(batch) }
    }

    func update(_ batch: Update) throws(StorageError) {
        guard !batch.rows.isEmpty, !batch.columns.isEmpty else { return }
        try write { [self] () throws(StorageError) in try updateNow(batch) }
    }

    /// Runs a write at once, or defers it if the transaction allows that.
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
            "INSERT INTO \(SQLText.quoted(batch.table.flatName)) (\(SQLText.list(batch.columns))) VALUES (\(places))\(ending)"
        let statement = try connection.statement(sql)
        let wide = try WideUniques(of: batch.table, written: columns, on: connection)
        let form = StoredForm(of: batch.table, columns, on: connection)
        var values: [SQLiteValue] = []
        writtenTables.insert(batch.table.flatName)
        try atomically { () throws(StorageError) in
            for (index, row) in batch.rows.enumerated() {
                do throws(StorageError) {
                    try form.store(row[...], into: &values)
                    if let conflict = try wide.conflict(of: values, id: nil) {
                        if batch.ignoringConflicts { continue }
                        throw conflict
                    }
                    try statement.run(values)
                } catch {
                    throw error.naming(batch.table.name).at(row: index)
                }
            }
            if batch.checksConstraints { try checkReferences() }
        }
    }

    private func updateNow(_ batch: Update) throws(StorageError) {
        try checkTransaction()
        let columns = try batch.table.columns(named: batch.columns)
        let key = try batch.table.requiredColumn("id")
        let assignments = batch.columns.map { "\(SQLText.quoted($0)) = ?" }.joined(separator: ", ")
        let statement = try connection.statement(
            "UPDATE \(SQLText.quoted(batch.table.flatName)) SET \(assignments) WHERE \"id\" = ?")
        let wide = try WideUniques(of: batch.table, written: columns, on: connection)
        let keyForm = StoredForm(of: batch.table, [key], on: connection)
        let form = StoredForm(of: batch.table, columns, on: connection)
        var id: [SQLiteValue] = []
        var values: [SQLiteValue] = []
        writtenTables.insert(batch.table.flatName)
        try atomically { () throws(StorageError) in
            for (index, row) in batch.rows.enumerated() {
                do throws(StorageError) {
                    try keyForm.store(row.prefix(1), into: &id)
                    try form.store(row.dropFirst(), into: &values)
                    if let conflict = try wide.conflict(of: values, id: id.first) { throw conflict }
                    values += id
                    try statement.run(values)
                    if connection.changes == 0 { throw .missingRow }
                } catch {
                    throw error.naming(batch.table.name).at(row: index)
                }
            }
        }
    }

    @discardableResult
    func delete(from table: Table, where conditions: [Condition]) throws(StorageError) -> Int {
        let conditions = try SQLiteConditions(conditions, in: table)
        try prepareStatement()
        writtenTables.insert(table.flatName)
        do {
            let statement = try connection.statement("DELETE FROM \(SQLText.quoted(table.flatName))\(conditions.sql)")
            try statement.run(conditions.values)
            return connection.changes
        } catch {
            throw error.naming(table.name)
        }
    }
}
