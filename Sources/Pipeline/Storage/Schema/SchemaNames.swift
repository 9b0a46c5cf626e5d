internal import Catalogue
internal import TextForms

/// Names of constraints and indexes: `<table>_<columns>_<kind>`, shortened with a hash if PostgreSQL would cut them.
enum SchemaNames {
    static let maximumLength = 63

    static func unique(_ index: UniqueIndex, of table: Table) -> String {
        let mark = index.condition == nil ? "uniq" : "partial_uniq"
        return name(table.flatName, index.columns, mark)
    }

    static func check(_ condition: String, of table: Table) -> String {
        name(table.flatName, SQLText.columns(of: condition, in: table), "check")
    }

    static func foreignKey(_ column: Column, of table: Table) -> String { name(table.flatName, [column.name], "fk") }

    static func index(_ column: Column, of table: Table) -> String { name(table.flatName, [column.name], "idx") }

    static func sequence(of table: String) -> String { "\(table)_id_seq" }

    private static func name(_ table: String, _ columns: [String], _ kind: String) -> String {
        let whole = ([table] + columns + [kind]).joined(separator: "_")
        guard whole.utf8.count > maximumLength else { return whole }
        let ending = "_\(hash(whole))_\(kind)"
        return String(whole.prefix(maximumLength - ending.utf8.count)) + ending
    }

    /// Eight hexadecimal digits (FNV-1a): the same for every run and machine.
    private static func hash(_ text: String) -> String {
        var hash: UInt32 = 2_166_136_261
        for byte in text.utf8 { hash = (hash ^ UInt32(byte)) &* 16_777_619 }
        return Hex.text(hash)
    }
}

extension Table {
    /// Columns with a foreign key into one of the tables.
    func foreignKeys(into tables: Set<String>) -> [Column] {
        columns.filter { column in column.constrainedTable.map(tables.contains) ?? false }
    }

    /// Foreign keys that no unique index begins with. They need an index of their own: without one, every delete of a
    /// row that they refer to would read the whole table.
    func foreignKeysWithoutIndex(into tables: Set<String>) -> [Column] {
        let leading = Set(uniques.filter { $0.condition == nil }.compactMap(\.columns.first))
        return foreignKeys(into: tables).filter { !leading.contains($0.name) }
    }
}
