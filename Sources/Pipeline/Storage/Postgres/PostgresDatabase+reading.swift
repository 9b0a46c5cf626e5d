internal import Catalogue

extension PostgresDatabase {
    func select(_ query: Select) throws(StorageError) -> [[Value]] {
        let lookUp = try PostgresLookUp(query)
        return try lookUp.rows(of: try readOne(lookUp.command, table: query.table))
    }

    func count(_ table: Table, where conditions: [Condition], alone name: String) throws(StorageError) -> Int {
        var lock = PostgresParameters()
        lock.add(name)
        let conditions = try PostgresConditions(conditions, in: table)
        let sql = "SELECT count(*) FROM \(table.postgresName)\(conditions.sql)"
        try beforeStatement?()
        do {
            // The second statement sees what was committed while the first one waited.
            let results = try performRead([
                PostgresCommand("SELECT pg_advisory_xact_lock(hashtextextended($1, 0))", lock),
                PostgresCommand(sql, conditions.parameters),
            ])
            return Int(results[1].integer(0, 0) ?? 0)
        } catch {
            throw error.storageError(table: table)
        }
    }

    /// Runs one statement that only reads.
    func readOne(_ command: PostgresCommand, table: Table?) throws(StorageError) -> PostgresResult {
        try beforeStatement?()
        do {
            return try performRead([command])[0]
        } catch {
            throw error.storageError(table: table)
        }
    }

    /// Runs one statement.
    func one(_ command: PostgresCommand, table: Table?) throws(StorageError) -> PostgresResult {
        try beforeStatement?()
        do {
            return try perform([command])[0]
        } catch {
            throw error.storageError(table: table)
        }
    }
}
