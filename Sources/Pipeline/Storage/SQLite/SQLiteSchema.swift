internal import Catalogue

/// The catalogue as SQLite definitions. Types have PostgreSQL's names; SQLite derives an affinity from them.
enum SQLiteSchema {
    /// - Parameter all: the tables that may be referred to; nil for those alone
    static func statements(for tables: [Table], among all: [Table]? = nil) -> [String] {
        let names = Set((all ?? tables).map(\.name))
        return tables.map { create($0, among: names) } + tables.flatMap { indexes(of: $0, among: names) }
    }

    private static func create(_ table: Table, among names: Set<String>) -> String {
        let columns = table.columns.map { definition($0, of: table, among: names) }
        let checks = table.checks.map { check in
            "CONSTRAINT \(SQLText.quoted(SchemaNames.check(check, of: table))) "
                + "CHECK (\(SQLText.expression(check, of: table)))"
        }
        return "CREATE TABLE \(SQLText.quoted(table.flatName)) (\n  \((columns + checks).joined(separator: ",\n  "))\n)"
    }

    static func definition(_ column: Column, of table: Table, among names: Set<String>) -> String {
        let name = SQLText.quoted(column.name)
        // SQLite numbers a column only if its type is exactly INTEGER.
        if column.isPrimaryKey, table.hasIdentity { return "\(name) INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT" }
        var words = [name, column.type.sqlName]
        if column.type == .citext { words.append("COLLATE NOCASE") }
        if !column.isNullable { words.append("NOT NULL") }
        if column.isPrimaryKey { words.append("PRIMARY KEY") }
        if let text = column.databaseDefault { words.append("DEFAULT \(defaultExpression(text))") }
        if let target = column.constrainedTable, names.contains(target) {
            words.append("REFERENCES \(SQLText.quoted(target)) (\"id\") DEFERRABLE INITIALLY DEFERRED")
        }
        return words.joined(separator: " ")
    }

    /// The current time in the form of all timestamps.
    private static func defaultExpression(_ text: String) -> String {
        switch text {
        case "now()", "CURRENT_TIMESTAMP": "(strftime('%Y-%m-%dT%H:%M:%f', 'now') || '000+00:00')"
        default: text
        }
    }

    private static func indexes(of table: Table, among names: Set<String>) -> [String] {
        let quotedTable = SQLText.quoted(table.flatName)
        let uniques = table.uniques.map { unique in
            let condition = unique.condition.map { " WHERE \(SQLText.expression($0, of: table))" } ?? ""
            return "CREATE UNIQUE INDEX \(SQLText.quoted(SchemaNames.unique(unique, of: table))) ON \(quotedTable) "
                + "(\(SQLText.list(unique.columns)))\(condition)"
        }
        let references = table.foreignKeysWithoutIndex(into: names).map { column in
            "CREATE INDEX \(SQLText.quoted(SchemaNames.index(column, of: table))) ON \(quotedTable) "
                + "(\(SQLText.quoted(column.name)))"
        }
        let wide = table.columns.filter { $0.type == .citext }.map { column in
            let name = SQLText.quoted(column.name)
            return
                "CREATE INDEX \(SQLText.quoted(table.flatName + "_" + column.name + "_wide")) ON \(quotedTable) (\(name)) "
                + "WHERE \(SQLiteConditions.isWide(name))"
        }
        return uniques + references + wide
    }
}
