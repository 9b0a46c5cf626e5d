internal import Catalogue

extension PostgresDatabase {
    var schema: any SchemaAdmin { PostgresSchemaAdmin(database: self) }
}

/// The tables of a PostgreSQL database.
struct PostgresSchemaAdmin: SchemaAdmin {
    let database: PostgresDatabase

    func migrate(_ tables: [Table]) throws(StorageError) -> MigrationResult {
        guard !database.isInTransaction else { throw StorageError(.other, "migrate runs in a transaction of its own") }
        return try database.withTransaction { () throws(StorageError) in try migrateInTransaction(tables) }
    }

    func mismatches(with tables: [Table]) throws(StorageError) -> [SchemaMismatch] {
        try database.beforeStatement?()
        do {
            return try compare(tables)
        } catch {
            throw error.storageError()
        }
    }

    func condition() throws(StorageError) -> DatabaseCondition {
        let sql = """
            SELECT pg_is_in_recovery(), current_setting('transaction_read_only') = 'on',
                pg_database_size(current_database()), (extract(epoch FROM clock_timestamp()) * 1000000)::bigint,
                current_user::text
            """
        let result = try database.readOne(PostgresCommand(sql), table: nil)
        var condition = DatabaseCondition()
        condition.isStandby = result.bool(0, 0)
        condition.isReadOnly = result.bool(0, 1)
        condition.usedBytes = result.integer(0, 2)
        condition.now = result.integer(0, 3)
        condition.user = result.text(0, 4)
        return condition
    }

    func live(_ tables: [String]) throws(StorageError) -> [String: LiveTable] {
        try database.beforeStatement?()
        do {
            return PostgresSchemaReader.read(try database.performRead(PostgresSchemaReader.commands(for: tables)))
        } catch {
            throw error.storageError()
        }
    }

    func tableNames() throws(StorageError) -> [String] { try relations() }

    private func migrateInTransaction(_ tables: [Table]) throws(StorageError) -> MigrationResult {
        try lock()
        let state = MigrationState(existing: try relations(), wanted: tables)
        let found = try state.completeness { () throws(StorageError) in try mismatches(with: tables) }
        if let found { return found }
        if tables.contains(where: { $0.columns.contains { $0.type == .citext } }) { try createCitext() }
        try create(state.lacking, among: tables)
        return .created(tables: state.lacking.count)
    }

    private var longMilliseconds: Int { database.timeouts.longStatementMilliseconds }

    /// Of two calls at once the second waits here, and then finds every table.
    func lock() throws(StorageError) {
        do {
            try database.perform(
                [
                    PostgresCommand("SET LOCAL statement_timeout = \(longMilliseconds)"),
                    PostgresCommand("SET LOCAL lock_timeout = \(longMilliseconds)"),
                    PostgresCommand("SELECT pg_advisory_xact_lock(\(Self.migrationLock))"),
                ], within: longMilliseconds)
        } catch {
            throw error.storageError()
        }
    }

    private func create(_ tables: [Table], among all: [Table]) throws(StorageError) {
        try run(PostgresSchema.statements(for: tables, among: all))
    }

    private func run(_ statements: [String]) throws(StorageError) {
        do {
            for start in stride(from: 0, to: statements.count, by: 128) {
                try database.perform(
                    statements[start..<min(start + 128, statements.count)].map { PostgresCommand($0) },
                    within: longMilliseconds)
            }
        } catch {
            throw error.storageError()
        }
    }

    /// Any number, the same for every migration.
    private static let migrationLock = 0x5245_4C4F

    private func createCitext() throws(StorageError) {
        do {
            try database.perform([PostgresCommand("CREATE EXTENSION IF NOT EXISTS citext")])
        } catch {
            let problem = error.storageError()
            guard problem.kind != .unavailable, problem.kind != .contention else { throw problem }
            let kind: StorageError.Kind = problem.kind == .permissionDenied ? .permissionDenied : .schemaMismatch
            throw StorageError(
                kind,
                "the extension citext is needed and could not be created: let an administrator run "
                    + "CREATE EXTENSION citext in this database, or install PostgreSQL's contrib package")
        }
    }

    /// Every table and view that belongs to no extension and is not in our own schema.
    private func relations() throws(StorageError) -> [String] {
        let sql = """
            SELECT c.relname::text FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
            WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f') AND n.nspname NOT IN ('pg_catalog', 'information_schema')
            AND n.nspname <> '\(Self.ownSchema)' AND n.nspname NOT LIKE 'pg\\_toast%' AND n.nspname NOT LIKE 'pg\\_temp%'
            AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.objid = c.oid AND d.classid = 'pg_class'::regclass
                AND d.deptype = 'e')
            ORDER BY c.relname
            """
        let result = try database.readOne(PostgresCommand(sql), table: nil)
        return (0..<result.rowCount).map { result.text($0, 0) }
    }

    func hasTable(_ name: String) throws(StorageError) -> Bool {
        if name.hasPrefix(Self.ownSchema + ".") { return try ownColumns()[name] != nil }
        var parameters = PostgresParameters()
        parameters.add(name)
        let sql = """
            SELECT EXISTS (SELECT FROM pg_class WHERE oid = to_regclass(quote_ident($1)) AND relkind IN ('r', 'p'))
            """
        return try database.readOne(PostgresCommand(sql, parameters), table: nil).bool(0, 0)
    }

    func references() throws(StorageError) -> [LiveReference] {
        let sql = """
            SELECT c.relname::text, a.attname::text, t.relname::text,
                EXISTS (SELECT FROM pg_attribute i WHERE i.attrelid = c.oid AND i.attname = 'id'
                    AND i.atttypid IN ('int2'::regtype, 'int4'::regtype, 'int8'::regtype))
            FROM pg_constraint k
            JOIN pg_class c ON c.oid = k.conrelid AND pg_table_is_visible(c.oid)
            JOIN pg_class t ON t.oid = k.confrelid AND pg_table_is_visible(t.oid)
            JOIN pg_attribute a ON a.attrelid = k.conrelid AND a.attnum = k.conkey[1]
            WHERE k.contype = 'f' AND cardinality(k.conkey) = 1
            """
        let result = try database.readOne(PostgresCommand(sql), table: nil)
        return (0..<result.rowCount).map { row in
            LiveReference(
                table: result.text(row, 0), column: result.text(row, 1), target: result.text(row, 2),
                hasID: result.bool(row, 3))
        }
    }

    // MARK: Our own tables

    static let ownSchema = "relocation"

    /// Read from the server's own catalogue, which needs no permission for the schema.
    func ownColumns() throws(StorageError) -> [String: Set<String>] {
        let sql = """
            SELECT n.nspname || '.' || c.relname, array_agg(a.attname::text)
            FROM pg_namespace n
            JOIN pg_class c ON c.relnamespace = n.oid AND c.relkind IN ('r', 'p')
            JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
            WHERE n.nspname = '\(Self.ownSchema)' GROUP BY 1
            """
        let result = try database.readOne(PostgresCommand(sql), table: nil)
        var columns: [String: Set<String>] = [:]
        let names = Set(OwnTables.standard.all.map(\.name))
        for row in 0..<result.rowCount where names.contains(result.text(row, 0)) {
            columns[result.text(row, 0)] = Set(result.texts(row, 1).compactMap { $0 })
        }
        return columns
    }

    func createOwn(_ tables: [Table]) throws(StorageError) {
        guard !tables.isEmpty else { return }
        try run(
            ["CREATE SCHEMA IF NOT EXISTS \(SQLText.quoted(Self.ownSchema))"] + PostgresSchema.statements(for: tables))
    }

    func add(_ column: Column, to table: Table) throws(StorageError) {
        try run(["ALTER TABLE \(table.postgresName) ADD COLUMN \(PostgresSchema.definition(column, of: table))"])
    }

    private func compare(_ tables: [Table]) throws(PostgresFailure) -> [SchemaMismatch] {
        try requireSchemas(of: tables)
        let results = try database.performRead(PostgresSchemaReader.commands(for: tables.map(\.name)))
        return SchemaComparison.mismatches(of: tables, with: PostgresSchemaReader.read(results))
    }
}
