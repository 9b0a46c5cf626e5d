internal import Catalogue

extension SQLiteDatabase {
    var schema: any SchemaAdmin { SQLiteSchemaAdmin(database: self) }
}

/// The tables of a SQLite file.
struct SQLiteSchemaAdmin: SchemaAdmin {
    let database: SQLiteDatabase

    func migrate(_ tables: [Table]) throws(StorageError) -> MigrationResult {
        guard !database.isInTransaction else { throw StorageError(.other, "migrate runs in a transaction of its own") }
        try database.prepareStatement()
        let result = try database.atomically { () throws(StorageError) in
            let reader = SQLiteSchemaReader(connection: database.connection)
            let state = MigrationState(existing: try reader.tableNames(), wanted: tables)
            if try state.isComplete(mismatches: { () throws(StorageError) in try compare(tables) }) {
                return MigrationResult.unchanged
            }
            for sql in SQLiteSchema.statements(for: tables) { try database.connection.execute(sql) }
            try database.connection.execute("PRAGMA application_id = \(SQLiteDatabase.applicationID)")
            try database.connection.execute("PRAGMA user_version = \(Int32.random(in: 1...Int32.max))")
            return MigrationResult.created(tables: tables.count)
        }
        try database.refreshIdentity()
        return result
    }

    func mismatches(with tables: [Table]) throws(StorageError) -> [SchemaMismatch] {
        try database.prepareStatement()
        return try compare(tables)
    }

    func hasTable(_ name: String) throws(StorageError) -> Bool {
        try database.prepareStatement()
        return try database.exists(name)
    }

    private func compare(_ tables: [Table]) throws(StorageError) -> [SchemaMismatch] {
        SchemaComparison.mismatches(of: tables, with: try SQLiteSchemaReader(connection: database.connection).read())
    }
}
