internal import Catalogue

extension SQLiteDatabase {
    func migrate(_ tables: [Table]) throws(StorageError) -> MigrationResult {
        guard !isInTransaction else { throw StorageError(.other, "migrate runs in a transaction of its own") }
        try prepareStatement()
        let result = try atomically { () throws(StorageError) in
            let reader = SQLiteSchemaReader(connection: connection)
            let state = MigrationState(existing: try reader.tableNames(), wanted: tables)
            if try state.isComplete(mismatches: { () throws(StorageError) in try compare(tables) }) {
                return MigrationResult.unchanged
            }
            for sql in SQLiteSchema.statements(for: tables) { try connection.execute(sql) }
            try connection.execute("PRAGMA application_id = \(Self.applicationID)")
            try connection.execute("PRAGMA user_version = \(Int32.random(in: 1...Int32.max))")
            return MigrationResult.created(tables: tables.count)
        }
        try refreshIdentity()
        return result
    }

    func mismatches(with tables: [Table]) throws(StorageError) -> [SchemaMismatch] {
        try prepareStatement()
        return try compare(tables)
    }

    private func compare(_ tables: [Table]) throws(StorageError) -> [SchemaMismatch] {
        SchemaComparison.mismatches(of: tables, with: try SQLiteSchemaReader(connection: connection).read())
    }
}
