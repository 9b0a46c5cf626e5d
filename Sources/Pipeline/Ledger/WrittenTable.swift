import Catalogue
import Storage

/// Reads and writes what the ledger remembers of each chunk's rows.
struct WrittenTable {
    let database: any Database
    /// The import whose rows are read and written.
    let uuid: String

    private static var table: Table { OwnTables.standard.written }

    func all() throws(StorageError) -> [WrittenRows] {
        try database.select(Select(["model", "rows"], from: Self.table, where: [.equals("uuid", .text(uuid))]))
            .compactMap { WrittenRows($0[0].text ?? "", text: $0[1].text ?? "") }
    }

    /// Rows that are remembered already stay.
    func insert(_ rows: WrittenRows) throws(StorageError) {
        guard let first = rows.ordinals.first?.lowerBound else { return }
        let values: [Value] = [
            .text(uuid), .text(rows.model), .integer(first), .text(rows.digestText), .text(rows.text),
        ]
        try database.insert(
            Insert(
                into: Self.table, columns: ["uuid", "model", "first_ordinal", "digest", "rows"], rows: [values],
                ignoringConflicts: true))
    }
}
