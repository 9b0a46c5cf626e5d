/// Reads the live schema from PostgreSQL's own catalogue: three statements in one round trip.
enum PostgresSchemaReader {
    static func commands(for tables: [String]) -> [PostgresCommand] {
        [columns, uniques, constraints].map { sql in
            var parameters = PostgresParameters()
            parameters.add(tables)
            return PostgresCommand(sql, parameters)
        }
    }

    static func read(_ results: [PostgresResult]) -> [String: LiveTable] {
        var tables: [String: LiveTable] = [:]
        guard results.count == 3 else { return tables }
        readColumns(results[0], into: &tables)
        readUniques(results[1], into: &tables)
        readConstraints(results[2], into: &tables)
        return tables
    }

    /// The tables asked for, as the search path finds them.
    private static let wanted = """
        FROM unnest($1) AS n(name)
        JOIN pg_class c ON c.oid = to_regclass(quote_ident(n.name)) AND c.relkind IN ('r', 'p')
        """

    private static let columns = """
        SELECT n.name, a.attname::text, format_type(a.atttypid, a.atttypmod), NOT a.attnotnull,
            a.atthasdef OR a.attidentity <> '' OR a.attgenerated <> '',
            CASE WHEN a.attname = 'id' THEN pg_get_serial_sequence(quote_ident(n.name), 'id') IS NOT NULL
                OR EXISTS (SELECT FROM pg_class s WHERE s.oid = to_regclass(quote_ident(n.name || '_id_seq'))
                    AND s.relkind = 'S') ELSE false END,
            (SELECT pg_get_expr(d.adbin, d.adrelid) FROM pg_attrdef d WHERE d.adrelid = c.oid AND d.adnum = a.attnum)
        \(wanted)
        JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
        """

    private static func readColumns(_ result: PostgresResult, into tables: inout [String: LiveTable]) {
        for row in 0..<result.rowCount {
            let column = LiveColumn(
                type: typeName(result.text(row, 2)), isNullable: result.bool(row, 3), hasDefault: result.bool(row, 4),
                defaultText: result.optionalText(row, 6) ?? "")
            tables[result.text(row, 0), default: LiveTable()].columns[result.text(row, 1)] = column
            if result.bool(row, 5) { tables[result.text(row, 0)]?.hasSequence = true }
        }
    }

    /// Without the schema that an extension was put into: `extensions.citext` → `citext`.
    private static func typeName(_ name: String) -> String { name.hasSuffix(".citext") ? "citext" : name }

    // A column of PostgreSQL 15 read so that older servers, which lack it, answer too.
    private static let uniques = """
        SELECT n.name, i.relname::text, x.indisprimary,
            concat_ws(' AND ', pg_get_expr(x.indpred, x.indrelid),
                CASE WHEN (to_jsonb(x) ->> 'indnullsnotdistinct')::boolean THEN 'NULLS NOT DISTINCT' END),
            (SELECT array_agg(a.attname::text ORDER BY k.place)
                FROM unnest(x.indkey::smallint[]) WITH ORDINALITY AS k(number, place)
                LEFT JOIN pg_attribute a ON a.attrelid = x.indrelid AND a.attnum = k.number
                WHERE k.place <= x.indnkeyatts)
        \(wanted)
        JOIN pg_index x ON x.indrelid = c.oid AND x.indisunique AND x.indisvalid AND x.indisready
        JOIN pg_class i ON i.oid = x.indexrelid
        """

    private static func readUniques(_ result: PostgresResult, into tables: inout [String: LiveTable]) {
        for row in 0..<result.rowCount {
            let condition = result.text(row, 3)
            let unique = LiveUnique(
                name: result.text(row, 1), columns: result.texts(row, 4),
                condition: condition.isEmpty ? nil : condition, isPrimaryKey: result.bool(row, 2))
            tables[result.text(row, 0)]?.uniques.append(unique)
        }
    }

    private static let constraints = """
        SELECT n.name, k.contype = 'f', f.relname::text,
            (SELECT array_agg(a.attname::text) FROM pg_attribute a
                WHERE a.attrelid = k.conrelid AND a.attnum = ANY(k.conkey))
        \(wanted)
        JOIN pg_constraint k ON k.conrelid = c.oid AND k.contype IN ('c', 'f')
        LEFT JOIN pg_class f ON f.oid = k.confrelid
        """

    private static func readConstraints(_ result: PostgresResult, into tables: inout [String: LiveTable]) {
        for row in 0..<result.rowCount {
            let columns = result.texts(row, 3).compactMap { $0 }
            if result.bool(row, 1), let column = columns.first, columns.count == 1 {
                tables[result.text(row, 0)]?.foreignKeys[column] = result.text(row, 2)
            } else {
                tables[result.text(row, 0)]?.checks.append(Set(columns))
            }
        }
    }
}
