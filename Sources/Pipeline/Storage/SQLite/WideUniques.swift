internal import Catalogue
internal import TextForms

/// The uniqueness of case-insensitive columns beyond ASCII, which the schema's own index cannot keep: looked up before
/// each row is written. Two texts of ASCII alone are left to that index.
struct WideUniques {
    private struct LookUp {
        let column: String
        let position: Int
        /// Among the stored texts beyond ASCII.
        let wide: SQLiteStatement
        /// Among the stored texts of ASCII, for a new one that is not.
        let narrow: SQLiteStatement
    }

    private let lookUps: [LookUp]
    private let table: Table

    init(of table: Table, written: [Column], on connection: SQLiteConnection) throws(StorageError) {
        self.table = table
        var lookUps: [LookUp] = []
        for (position, column) in written.enumerated() where column.type == .citext {
            guard table.uniques.contains(where: { $0.columns == [column.name] && $0.condition == nil }) else {
                continue
            }
            let name = SQLText.quoted(column.name)
            let rows = "SELECT \"id\" FROM \(SQLText.quoted(table.name)) WHERE"
            lookUps.append(
                LookUp(
                    column: column.name, position: position,
                    wide: try connection.statement(
                        "\(rows) \(SQLiteConditions.isWide(name)) AND relocation_fold(\(name)) = ? AND \"id\" IS NOT ?"),
                    narrow: try connection.statement("\(rows) \(name) COLLATE NOCASE = ? AND \"id\" IS NOT ?")))
        }
        self.lookUps = lookUps
    }

    /// The violation that writing the row would be; nil where there is none.
    func conflict(of row: [SQLiteValue], id: SQLiteValue?) throws(StorageError) -> StorageError? {
        for lookUp in lookUps {
            guard case .text(let text) = row[lookUp.position] else { continue }
            let values = [SQLiteValue.text(LowerCaseFolding.folded(text)), id ?? .null]
            var isTaken = try Self.finds(values, lookUp.wide)
            if !isTaken, !LowerCaseFolding.isASCII(text) { isTaken = try Self.finds(values, lookUp.narrow) }
            if isTaken {
                return Violation(
                    kind: .uniqueViolation, table: table.name, constraint: lookUp.column, columns: [lookUp.column]
                ).error
            }
        }
        return nil
    }

    private static func finds(_ values: [SQLiteValue], _ statement: SQLiteStatement) throws(StorageError) -> Bool {
        try statement.bind(values)
        defer { statement.reset() }
        return try statement.step()
    }
}
