internal import Catalogue

extension PostgresDatabase {
    func reserveIDs(_ count: Int, for table: Table) throws(StorageError) -> [Int64] {
        guard count > 0 else { return [] }
        if transaction.cleared.contains(table.name) {
            let sql = "SELECT coalesce(max(\"id\"), 0)::bigint FROM \(table.postgresName)"
            let highest = try one(PostgresCommand(sql), table: table).integer(0, 0) ?? 0
            return Array(try transaction.cleared.reserve(count, of: table.name, above: highest))
        }
        var parameters = PostgresParameters()
        parameters.add(Int64(count))
        // OFFSET 0 keeps the subquery separate, so that the sequence is looked up once, not once per row.
        let sql = """
            SELECT array_agg(nextval(s.sequence))
            FROM (SELECT \(Self.sequence(of: table)) AS sequence OFFSET 0) s, generate_series(1, $1)
            """
        return try one(PostgresCommand(sql, parameters), table: table).integers(0, 0).sorted()
    }

    func advanceSequence(of table: Table) throws(StorageError) {
        if transaction.cleared.contains(table.name) { return }
        let quoted = table.postgresName
        let sql = """
            SELECT setval(s.sequence, m.highest)
            FROM (SELECT \(Self.sequence(of: table)) AS sequence OFFSET 0) s,
                 (SELECT max("id")::bigint AS highest FROM \(quoted)) m
            WHERE m.highest > coalesce(pg_sequence_last_value(s.sequence), 0)
            """
        _ = try one(PostgresCommand(sql), table: table)
    }

    /// The statements after this one in the transaction may take long.
    var patience: PostgresCommand {
        PostgresCommand("SET LOCAL statement_timeout = \(timeouts.longStatementMilliseconds)")
    }

    func clear(tables: [String], onProgress: (Clearing) -> Void) throws(StorageError) {
        let known = try protected(nil) { () throws(PostgresFailure) in try clearable(tables) }
        guard isInTransaction else {
            try begin()
            do {
                try clear(tables: tables, onProgress: onProgress)
                return try commit()
            } catch {
                rollback()
                throw error
            }
        }
        let total = known.count
        for (place, known) in known.enumerated() {
            onProgress(.table(place + 1, of: total))
            let delete = PostgresCommand("DELETE FROM \(SQLText.quoted(known.table))")
            _ = try protected(nil) { () throws(PostgresFailure) in
                try performProtected([patience, delete], within: timeouts.longStatementMilliseconds)
            }
        }
        onProgress(.references)
        // The check takes longest: each deleted row is looked for in all tables that may refer to it.
        _ = try protected(nil) { () throws(PostgresFailure) in
            try performChecked([patience], within: timeouts.longStatementMilliseconds)
        }
        _ = try one(PostgresCommand("SET LOCAL statement_timeout = \(timeouts.statementMilliseconds)"), table: nil)
        for (table, sequence) in known { transaction.cleared.add(table, sequence: sequence) }
    }

    /// The tables that exist, in the order given, with their sequences.
    private func clearable(
        _ names: [String]
    ) throws(PostgresFailure) -> [(table: String, sequence: String?)] {
        var parameters = PostgresParameters()
        parameters.add(names)
        let sql = """
            SELECT n.name, CASE WHEN a.attname IS NOT NULL THEN coalesce(
                pg_get_serial_sequence(quote_ident(n.name), 'id'), to_regclass(quote_ident(n.name || '_id_seq'))::text)
            END
            FROM unnest($1) WITH ORDINALITY AS n(name, place)
            JOIN pg_class c ON c.oid = to_regclass(quote_ident(n.name)) AND c.relkind IN ('r', 'p')
            LEFT JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'id'
            ORDER BY n.place
            """
        let result = try perform([PostgresCommand(sql, parameters)])[0]
        return (0..<result.rowCount).map { (result.text($0, 0), result.optionalText($0, 1)) }
    }

    /// Before the commit: moves sequences above the new rows. If a worker is lost right after its commit, no id is
    /// handed out twice.
    func coverClearedSequences() throws(StorageError) {
        let tables = transaction.cleared.counters.compactMap { table, counter in counter.sequence.map { (table, $0) } }
        guard !tables.isEmpty else { return }
        do {
            // Deferred constraints are checked first: sequences move only in a transaction that is about to commit.
            let check = [PostgresCommand("SAVEPOINT relocation"), PostgresCommand("SET CONSTRAINTS ALL IMMEDIATE")]
            try perform([patience] + check, within: timeouts.longStatementMilliseconds)
            let moves = tables.map { table, sequence in
                """
                SELECT setval('\(Self.literal(sequence))'::regclass, m.highest) FROM
                (SELECT max("id")::bigint AS highest FROM \(SQLText.quoted(table))) m
                WHERE m.highest > coalesce(pg_sequence_last_value('\(Self.literal(sequence))'::regclass), 0)
                """
            }
            try perform(
                [PostgresCommand(moves.joined(separator: " UNION ALL "))], within: timeouts.longStatementMilliseconds)
        } catch {
            let problem = error.storageError()
            throw problem.kind == .foreignKeyViolation ? brokenReference(error) ?? problem : problem
        }
    }

    /// After the commit: numbering continues right after the rows that were written.
    func restartSequences(of cleared: ClearedTables) {
        let moves = cleared.counters.compactMap { table, counter in
            counter.sequence.map { sequence in
                """
                SELECT setval('\(Self.literal(sequence))'::regclass, greatest(m.highest, 1), m.highest > 0) FROM
                (SELECT greatest(coalesce(max("id"), 0)::bigint, \(counter.lastReserved)) AS highest
                FROM \(SQLText.quoted(table))) m
                """
            }
        }
        guard !moves.isEmpty else { return }
        do {
            try perform(
                [PostgresCommand(moves.joined(separator: " UNION ALL "))], within: timeouts.longStatementMilliseconds)
        } catch {
            // The rows are committed and every sequence is above them already; only unused numbers are lost.
        }
    }

    /// The row that broke a deferred constraint.
    func brokenReference(_ failure: PostgresFailure) -> StorageError? {
        guard let table = failure.table, let constraint = failure.constraint else { return nil }
        do {
            try restoreSavepoint(keeping: true)
            guard let (column, target) = try foreignKey(constraint, of: table) else { return nil }
            let rows = """
                SELECT min(t."id")::bigint FROM \(SQLText.quoted(table)) t WHERE t.\(SQLText.quoted(column)) IS NOT NULL
                AND NOT EXISTS (SELECT FROM \(target) r WHERE r."id" = t.\(SQLText.quoted(column)))
                """
            let row = try perform([PostgresCommand(rows)])[0]
            let place = StorageError.Place(
                table: table, constraint: constraint, columns: [column], rowID: row.integer(0, 0))
            return .violation(.foreignKeyViolation, at: place)
        } catch {
            // The caller reports the violation without its row.
            return nil
        }
    }

    /// The column of a foreign key, and the quoted name of the table that it refers to; nil for another constraint.
    private func foreignKey(
        _ constraint: String, of table: String
    ) throws(PostgresFailure) -> (column: String, target: String)? {
        var parameters = PostgresParameters()
        parameters.add(table)
        parameters.add(constraint)
        let sql = """
            SELECT a.attname::text, c.confrelid::regclass::text FROM pg_constraint c
            JOIN pg_attribute a ON a.attrelid = c.conrelid AND a.attnum = c.conkey[1]
            WHERE c.conrelid = to_regclass(quote_ident($1)) AND c.conname = $2 AND c.contype = 'f'
            """
        let found = try perform([PostgresCommand(sql, parameters)])[0]
        return found.rowCount == 1 ? (found.text(0, 0), found.text(0, 1)) : nil
    }

    private static func sequence(of table: Table) -> String {
        let name = literal(table.postgresName)
        let usual = literal(SQLText.quoted(SchemaNames.sequence(of: table.flatName)))
        return "coalesce(pg_get_serial_sequence('\(name)', 'id'), '\(usual)')::regclass"
    }

    private static func literal(_ text: String) -> String {
        text.split(separator: "'", omittingEmptySubsequences: false).joined(separator: "''")
    }
}
