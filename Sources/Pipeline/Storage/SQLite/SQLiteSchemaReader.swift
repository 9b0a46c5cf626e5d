/// Reads what a SQLite file holds: three statements, whatever the number of tables.
struct SQLiteSchemaReader {
    let connection: SQLiteConnection

    func tableNames() throws(StorageError) -> [String] {
        let sql = """
            SELECT name FROM sqlite_schema WHERE type IN ('table', 'view') AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\'
            ORDER BY name
            """
        var names: [String] = []
        try forEachRow(sql) { row in names.append(row.text(0)) }
        return names
    }

    /// Empty if there is no such table.
    func columnNames(of table: String) throws(StorageError) -> [String] {
        let statement = try connection.statement("SELECT name FROM pragma_table_xinfo(?)")
        try statement.bind([.text(table)])
        defer { statement.reset() }
        var names: [String] = []
        while try statement.step() { names.append(statement.text(0)) }
        return names
    }

    func read() throws(StorageError) -> [String: LiveTable] {
        var tables: [String: LiveTable] = [:]
        try readColumns(into: &tables)
        try readIndexes(into: &tables)
        try readForeignKeys(into: &tables)
        return tables
    }

    private func readColumns(into tables: inout [String: LiveTable]) throws(StorageError) {
        let sql = """
            SELECT t.name, t.sql, c.name, lower(c.type), c."notnull", c.dflt_value IS NOT NULL OR c.hidden > 0, c.pk, c.dflt_value
            FROM sqlite_schema t, pragma_table_xinfo(t.name) c
            WHERE t.type = 'table' ORDER BY t.name, c.cid
            """
        try forEachRow(sql) { row in
            let name = row.text(0)
            if tables[name] == nil { tables[name] = Self.table(defined: row.text(1)) }
            let isKey = row.integer(6) == 1
            let type = row.text(3)
            // SQLite dictates the type of this column only: it numbers INTEGER, and stores 64 bits in it.
            let isNumbered = isKey && type == "integer" && tables[name]?.hasSequence == true
            tables[name]?.columns[row.text(2)] = LiveColumn(
                type: isNumbered ? TypeFit.numbered : Self.fullName(type),
                isNullable: row.integer(4) == 0 && !isNumbered,
                hasDefault: row.integer(5) != 0 || isNumbered,
                defaultText: row.integer(5) != 0 ? row.text(7) : "")
            if isKey {
                let key = LiveUnique(name: "primary key", columns: [row.text(2)], condition: nil, isPrimaryKey: true)
                tables[name]?.uniques.append(key)
            }
        }
    }

    /// PostgreSQL shows the full name of a type, and SQLite the word with which the table was made.
    private static func fullName(_ word: String) -> String {
        if let name = fullNames[word] { return name }
        return word.hasPrefix("varchar(") ? "character varying" + word.dropFirst("varchar".count) : word
    }

    private static let fullNames = [
        "int2": "smallint", "int": "integer", "int4": "integer", "int8": "bigint", "bool": "boolean",
        "float8": "double precision", "varchar": "character varying", "timestamptz": "timestamp with time zone",
        "timestamp": "timestamp without time zone",
    ]

    private func readIndexes(into tables: inout [String: LiveTable]) throws(StorageError) {
        let sql = """
            SELECT t.name, i.name, i.origin, s.sql, c.name
            FROM sqlite_schema t, pragma_index_list(t.name) i, pragma_index_info(i.name) c
            LEFT JOIN sqlite_schema s ON s.type = 'index' AND s.name = i.name
            WHERE t.type = 'table' AND i."unique" = 1 ORDER BY t.name, i.seq, c.seqno
            """
        var indexes: [String: (table: String, origin: String, sql: String, columns: [String?])] = [:]
        var order: [String] = []
        try forEachRow(sql) { row in
            let name = row.text(1)
            if indexes[name] == nil {
                order.append(name)
                indexes[name] = (row.text(0), row.text(2), row.text(3), [])
            }
            let column: String? = if case .null = row.value(4) { nil } else { row.text(4) }
            indexes[name]?.columns.append(column)
        }
        for name in order {
            guard let index = indexes[name] else { continue }
            let unique = LiveUnique(
                name: name, columns: index.columns, condition: SQLiteDefinition(index.sql).indexCondition,
                isPrimaryKey: index.origin == "pk")
            tables[index.table]?.uniques.append(unique)
        }
    }

    private func readForeignKeys(into tables: inout [String: LiveTable]) throws(StorageError) {
        let sql = """
            SELECT t.name, f."from", f."table" FROM sqlite_schema t, pragma_foreign_key_list(t.name) f
            WHERE t.type = 'table'
            """
        try forEachRow(sql) { row in tables[row.text(0)]?.foreignKeys[row.text(1)] = row.text(2) }
    }

    private static func table(defined sql: String) -> LiveTable {
        let definition = SQLiteDefinition(sql)
        var table = LiveTable()
        table.checks = definition.checks
        table.hasSequence = definition.isNumbered
        return table
    }

    private func forEachRow(_ sql: String, _ body: (SQLiteStatement) -> Void) throws(StorageError) {
        let statement = try connection.statement(sql)
        try statement.bind([])
        defer { statement.reset() }
        while try statement.step() { body(statement) }
    }
}

/// Facts that only the text of a definition holds.
struct SQLiteDefinition {
    private let words: [String]

    init(_ sql: String) { words = SQLText.words(sql) }

    var isNumbered: Bool { words.contains { $0.uppercased() == "AUTOINCREMENT" } }

    /// The condition of a partial index.
    var indexCondition: String? {
        guard let mark = words.firstIndex(where: { $0.uppercased() == "WHERE" }) else { return nil }
        return words[(mark + 1)...].joined()
    }

    /// The words of every check: the column names among them identify it.
    var checks: [Set<String>] {
        words.indices.filter { words[$0].uppercased() == "CHECK" }.map { start in
            var depth = 0
            var used: Set<String> = []
            for word in words[(start + 1)...] {
                if word == "(" { depth += 1 }
                if word == ")" { depth -= 1 }
                used.insert(word)
                if depth == 0, word == ")" { break }
            }
            return used
        }
    }
}
