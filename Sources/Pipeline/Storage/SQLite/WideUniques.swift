internal import Catalogue
internal import TextForms

/// Keeps case-insensitive columns unique beyond ASCII, with a look-up before each row is written. The index of the
/// schema folds ASCII only; it checks pairs of ASCII texts.
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
            let rows = "SELECT \"id\" FROM \(SQLText.quoted(table.flatName)) WHERE"
            lookUps.append(
                LookUp(
                    column: column.name, position: position,
                    wide: try connection.statement(
                        "\(rows) \(SQLiteConditions.isWide(name)) AND relocation_fold(\(name)) = ? AND \"id\" IS NOT ?"),
                    narrow: try connection.statement("\(rows) \(name) COLLATE NOCASE = ? AND \"id\" IS NOT ?")))
        }
        self.lookUps = lookUps
    }

    /// The violation that the row would cause; nil if there is none.
    func conflict(of row: [SQLiteValue], id: SQLiteValue?) throws(StorageError) -> StorageError? {
        for lookUp in lookUps {
            guard case .text(let text) = row[lookUp.position] else { continue }
            let values = [SQLiteValue.text(LowerCaseFolding.folded(text)), id ?? .null]
            var isTaken = try Self.finds(values, lookUp.wide)
            if !isTaken, !LowerCaseFolding.isASCII(text) { isTaken = try Self.finds(values, lookUp.narrow) }
            if isTaken {
                let place = StorageError.Place(
                    table: table.name, constraint: lookUp.column, columns: [lookUp.column])
                return .violation(.uniqueViolation, at: place)
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
