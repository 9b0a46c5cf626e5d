internal import Catalogue
internal import TextForms

/// Conditions as SQL with parameters.
struct SQLiteConditions: WhereClause {
    var sql = ""
    private(set) var values: [SQLiteValue] = []
    private let table: Table

    init(_ conditions: [Condition], in table: Table) throws(StorageError) {
        self.table = table
        try add(conditions, in: table)
    }

    /// A value that does not fit the column equals none of its values.
    mutating func add(_ column: Column, among list: [Value]) {
        let fitting = list.compactMap { SQLiteValue(lookingUp: $0, as: column.type) }
        let name = SQLText.quoted(column.name)
        if column.type == .citext {
            values.append(.text(Self.json(fitting)))
            values.append(.text(Self.json(fitting.map(\.folded))))
            // Two look-ups by index; as one condition with OR, SQLite would read the whole table.
            let rows = "SELECT \"id\" FROM \(SQLText.quoted(table.flatName)) WHERE"
            sql +=
                "\"id\" IN (\(rows) \(name) COLLATE NOCASE IN (SELECT value FROM json_each(?)) UNION ALL \(rows) "
                + "\(Self.isWide(name)) AND relocation_fold(\(name)) IN (SELECT value FROM json_each(?)))"
        } else if let only = fitting.first, fitting.count == 1 {
            values.append(only)
            sql += "\(name) = ?"
        } else if column.type == .double {
            values += fitting
            sql += "\(name) IN (\(fitting.map { _ in "?" }.joined(separator: ",")))"
        } else {
            values.append(.text(Self.json(fitting)))
            sql += "\(name) IN (SELECT value FROM json_each(?))"
        }
    }

    mutating func add(_ column: Column, inUpperCase text: String) {
        values.append(.text(UpperCaseFolding.folded(text)))
        sql += "relocation_upper(\(SQLText.quoted(column.name))) = ?"
    }

    mutating func add(_ column: Column, above value: Value) {
        guard let bound = SQLiteValue(lookingUp: value, as: column.type) else {
            sql += "FALSE"
            return
        }
        values.append(column.type == .citext ? bound.folded : bound)
        let name = SQLText.quoted(column.name)
        sql += column.type == .citext ? "relocation_fold(\(name)) > ?" : "\(name) > ?"
    }

    /// Whether a text is not plain ASCII, with SQLite's own functions only. It is the condition of the index that finds
    /// the few texts that NOCASE cannot fold.
    static func isWide(_ name: String) -> String { "length(\(name)) <> length(CAST(\(name) AS BLOB))" }

    /// A JSON array: one parameter for a list of any length.
    private static func json(_ values: [SQLiteValue]) -> String {
        var out = "["
        for value in values {
            if out.utf8.count > 1 { out += "," }
            switch value {
            case .null: out += "null"
            case .integer(let number): out += String(number)
            case .double(let number): out += "\(number)"
            case .text(let text): out += JSONText.quoted(text)
            }
        }
        return out + "]"
    }
}
