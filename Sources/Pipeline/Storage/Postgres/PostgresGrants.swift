internal import Catalogue

/// What a user may do. Everything is read from the server's own catalogue, by functions that decide as it does itself:
/// through memberships in roles, ownership and PUBLIC.
extension PostgresSchemaAdmin {
    func missingGrants(for tables: [Table], cleared: [String]) throws(StorageError) -> [MissingGrant] {
        var parameters = PostgresParameters()
        parameters.add(tables.map(\.postgresName))
        parameters.add(tables.map { SQLText.quoted(SchemaNames.sequence(of: $0.flatName)) })
        parameters.add(cleared)
        let result = try database.readOne(PostgresCommand(Self.grants, parameters), table: nil)
        return (0..<result.rowCount).flatMap { Self.missing(result, $0) }
    }

    /// A column's grant does as well as its table's. Tables of our own schema are found without a permission for it.
    private static let grants = """
        SELECT current_user::text, c.oid::regclass::text, n.oid::regnamespace::text, t.sequence::text,
            has_schema_privilege(n.oid, 'USAGE'),
            array_remove(ARRAY[
                CASE WHEN NOT (\(onTableOrColumns("SELECT"))) THEN 'SELECT' END,
                CASE WHEN NOT (\(onTableOrColumns("INSERT"))) THEN 'INSERT' END,
                CASE WHEN NOT (\(onTableOrColumns("UPDATE"))) THEN 'UPDATE' END], NULL),
            has_table_privilege(c.oid, 'DELETE'),
            t.sequence IS NULL OR has_sequence_privilege(t.sequence, 'USAGE, UPDATE'),
            t.sequence IS NULL OR c.relname <> ALL ($3) OR has_sequence_privilege(t.sequence, 'UPDATE'),
            c.relname = ANY ($3)
        FROM unnest($1, $2) WITH ORDINALITY AS w(name, sequence, place)
        JOIN pg_class c ON c.relkind IN ('r', 'p') AND c.oid = CASE WHEN w.name LIKE '"\(ownSchema)".%'
            THEN (SELECT o.oid FROM pg_class o JOIN pg_namespace s ON s.oid = o.relnamespace
                WHERE quote_ident(s.nspname) = '\(ownSchema)'
                AND '"\(ownSchema)"."' || o.relname || '"' = w.name)
            ELSE to_regclass(w.name) END
        JOIN pg_namespace n ON n.oid = c.relnamespace
        LEFT JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'id' AND NOT a.attisdropped
        CROSS JOIN LATERAL (SELECT CASE WHEN a.attname IS NOT NULL AND has_schema_privilege(n.oid, 'USAGE') THEN coalesce(
            pg_get_serial_sequence(w.name, 'id'), to_regclass(w.sequence)::text)::regclass END AS sequence) t
        ORDER BY w.place
        """

    private static func onTableOrColumns(_ privilege: String) -> String {
        """
        has_table_privilege(c.oid, '\(privilege)') OR (SELECT bool_and(has_column_privilege(c.oid, k.attnum, '\(privilege)'))
        FROM pg_attribute k WHERE k.attrelid = c.oid AND k.attnum > 0 AND NOT k.attisdropped)
        """
    }

    private static func missing(_ result: PostgresResult, _ row: Int) -> [MissingGrant] {
        let user = result.text(row, 0)
        func grant(
            _ object: MissingGrant.Object, _ name: String, _ privileges: [String],
            for purpose: MissingGrant.Purpose = .everyImport
        ) -> MissingGrant {
            MissingGrant(object: object, name: name, privileges: privileges, purpose: purpose, user: user)
        }
        let (table, sequence) = (result.text(row, 1), result.optionalText(row, 3) ?? "")
        var out: [MissingGrant] = []
        if !result.bool(row, 4) { out.append(grant(.schema, result.text(row, 2), ["USAGE"])) }
        let privileges = result.texts(row, 5).compactMap { $0 }
        if !privileges.isEmpty { out.append(grant(.table, table, privileges)) }
        let isCleared = result.bool(row, 9)
        if !result.bool(row, 6) { out.append(grant(.table, table, ["DELETE"], for: isCleared ? .global : .undo)) }
        if !result.bool(row, 7) { out.append(grant(.sequence, sequence, ["USAGE"])) }
        if !result.bool(row, 8) { out.append(grant(.sequence, sequence, ["UPDATE"], for: .global)) }
        return out
    }

    /// Throws if tables are there in a schema that this user may not use: they would count as missing.
    func requireSchemas(of tables: [Table]) throws(PostgresFailure) {
        var parameters = PostgresParameters()
        parameters.add(tables.map(\.name))
        let sql = """
            SELECT n.nspname::text, current_user::text FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
            WHERE c.relname = ANY ($1) AND c.relkind IN ('r', 'p') AND NOT has_schema_privilege(n.oid, 'USAGE')
            AND NOT EXISTS (SELECT FROM pg_class v WHERE v.oid = to_regclass(quote_ident(c.relname))) LIMIT 1
            """
        let result = try database.performRead([PostgresCommand(sql, parameters)])[0]
        guard result.rowCount > 0 else { return }
        let (schema, user) = (result.text(0, 0), SQLText.quoted(result.text(0, 1)))
        throw PostgresFailure(
            own: StorageError(
                .permissionDenied,
                "the role \(user) may not use the schema \(schema), where the tables are: an administrator grants it with "
                    + "GRANT USAGE ON SCHEMA \(SQLText.quoted(schema)) TO \(user)"))
    }
}
