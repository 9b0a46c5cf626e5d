import Catalogue
import Storage

/// Reads and writes what the ledger remembers of each chunk's rows, and which parts of what derives from them are written.
/// A derived part has its name in place of a digest, and no rows.
struct WrittenTable {
    let database: any Database
    /// The import whose rows are read and written.
    let uuid: String

    private static var table: Table { OwnTables.standard.written }
    /// Stands in place of a model.
    private static let derived = "derived"

    func all() throws(StorageError) -> [WrittenRows] {
        try database.select(Select(["model", "rows"], from: Self.table, where: [.equals("uuid", .text(uuid))]))
            .compactMap { WrittenRows($0[0].text ?? "", text: $0[1].text ?? "") }
    }

    /// The names of the derived parts.
    func derivedParts() throws(StorageError) -> Set<String> {
        let conditions = [Condition.equals("uuid", .text(uuid)), .equals("model", .text(Self.derived))]
        let rows = try database.select(Select(["digest"], from: Self.table, where: conditions))
        return Set(rows.compactMap { $0[0].text })
    }

    /// Rows that are remembered already stay.
    func insert(_ rows: WrittenRows) throws(StorageError) {
        guard let first = rows.ordinals.first?.lowerBound else { return }
        try insert([.text(rows.model), .integer(first), .text(rows.digestText), .text(rows.text)])
    }

    func insert(derived part: String) throws(StorageError) {
        try insert([.text(Self.derived), .integer(0), .text(part), .text("")])
    }

    private func insert(_ values: [Value]) throws(StorageError) {
        try database.insert(
            Insert(
                into: Self.table, columns: ["uuid", "model", "first_ordinal", "digest", "rows"],
                rows: [[.text(uuid)] + values],
                ignoringConflicts: true))
    }
}
