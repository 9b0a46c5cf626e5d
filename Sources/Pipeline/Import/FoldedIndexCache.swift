import Catalogue
import Storage

/// The folded indexes of one relocation, each made when it is first needed.
final class FoldedIndexCache {
    private var indexes: [String: FoldedIndex] = [:]

    /// The index of a column. It knows what is committed and what the open transaction has written.
    func current(_ table: Table, _ column: String, _ database: any Database) throws(StorageError) -> FoldedIndex {
        let key = "\(table.name).\(column)"
        let index = indexes[key] ?? FoldedIndex(table, column)
        indexes[key] = index
        try index.refresh(database)
        return index
    }

    /// Forgets everything: rows that a rolled back transaction has written are not there.
    func forget() { indexes = [:] }
}
