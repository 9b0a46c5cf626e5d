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
            let state = MigrationState(
                existing: try reader.tableNames().filter { !Self.own.contains($0) }, wanted: tables)
            let found = try state.completeness { () throws(StorageError) in try compare(tables) }
            if let found { return found }
            for sql in SQLiteSchema.statements(for: state.lacking, among: tables) {
                try database.connection.execute(sql)
            }
            guard state.added.isEmpty else { return .created(tables: state.added.count) }
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

    func live(_ tables: [String]) throws(StorageError) -> [String: LiveTable] {
        try database.prepareStatement()
        let wanted = Set(tables)
        return try SQLiteSchemaReader(connection: database.connection).read().filter { wanted.contains($0.key) }
    }

    func tableNames() throws(StorageError) -> [String] {
        try database.prepareStatement()
        return try SQLiteSchemaReader(connection: database.connection).tableNames().filter { !Self.own.contains($0) }
    }

    func hasTable(_ name: String) throws(StorageError) -> Bool {
        try database.prepareStatement()
        return try database.exists(OwnTables.standard.all.first { $0.name == name }?.flatName ?? name)
    }

    func references() throws(StorageError) -> [LiveReference] {
        try database.prepareStatement()
        return try SQLiteSchemaReader(connection: database.connection).read().flatMap { name, table in
            table.foreignKeys.map {
                LiveReference(
                    table: name, column: $0.key, target: $0.value,
                    hasID: table.columns["id"]?.type.contains("int") == true)
            }
        }
    }

    func missingGrants(for tables: [Table], cleared: [String]) throws(StorageError) -> [MissingGrant] { [] }

    func condition() throws(StorageError) -> DatabaseCondition {
        try database.prepareStatement()
        var condition = DatabaseCondition()
        condition.isReadOnly = database.connection.isReadOnly
        condition.freeBytes = database.connection.freeBytes
        condition.usedBytes = try database.integer(
            "SELECT page_count * page_size FROM pragma_page_count, pragma_page_size")
        return condition
    }

    // MARK: Our own tables

    private static let own = Set(OwnTables.standard.all.map(\.flatName))

    func ownColumns() throws(StorageError) -> [String: Set<String>] {
        try database.prepareStatement()
        let reader = SQLiteSchemaReader(connection: database.connection)
        var columns: [String: Set<String>] = [:]
        for table in OwnTables.standard.all {
            let found = try reader.columnNames(of: table.flatName)
            if !found.isEmpty { columns[table.name] = Set(found) }
        }
        return columns
    }

    /// The open transaction holds the write lock already.
    func lock() throws(StorageError) { try database.prepareStatement() }

    func createOwn(_ tables: [Table]) throws(StorageError) {
        for sql in SQLiteSchema.statements(for: tables) { try database.connection.execute(sql) }
    }

    func add(_ column: Column, to table: Table) throws(StorageError) {
        let definition = SQLiteSchema.definition(column, of: table, among: [])
        try database.connection.execute(
            "ALTER TABLE \(SQLText.quoted(table.flatName)) ADD COLUMN \(definition)")
    }

    private func compare(_ tables: [Table]) throws(StorageError) -> [SchemaMismatch] {
        SchemaComparison.mismatches(of: tables, with: try SQLiteSchemaReader(connection: database.connection).read())
    }
}
