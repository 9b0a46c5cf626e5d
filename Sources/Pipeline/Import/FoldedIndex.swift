import Catalogue
import Storage
import TextForms

/// Which texts a column holds, however their letters are cased. Neither database has an index for that question, so a
/// query would read the whole table. Instead the column is read once, then only what was added since. A transaction that
/// defers its writes reads once: it is short, it does not see the rows of other open ones, and a read would wait for its
/// writes.
final class FoldedIndex {
    private let table: Table
    private let column: String
    private var ids: [Int: Int64] = [:]
    private var lastID = Int64.min
    /// Texts that this worker has added. Their ids may be lower than others that were read before them.
    private var added: Set<TextKey> = []
    /// The number of the transaction that read the rows last.
    private var readIn: Int?

    init(_ table: Table, _ column: String) {
        self.table = table
        self.column = column
    }

    /// Rows that are read at a time.
    private static let page = 20_000

    /// Reads the rows that were added since the last call.
    func refresh(_ database: any Database) throws(StorageError) {
        if let once = database.readOnceKey, once == readIn { return }
        readIn = database.readOnceKey
        while true {
            let rows = try database.select(
                Select(["id", column], from: table, where: [.greaterThan("id", .integer(lastID))], limit: Self.page))
            for row in rows {
                guard let id = row[0].integer else { continue }
                lastID = max(lastID, id)
                if let text = row[1].text { ids[ExactText(UpperCaseFolding.folded(text)).hashValue] = id }
            }
            if rows.count < Self.page { return }
        }
    }

    /// Notes a text that is about to be written.
    func add(_ text: String) { added.insert(TextKey(ExactText(UpperCaseFolding.folded(text)))) }

    /// Whether a row's text may fold to the same as this one. Rows that others have committed under lower ids since the
    /// last read are not known.
    func mayHold(_ text: String) -> Bool {
        let folded = ExactText(UpperCaseFolding.folded(text))
        return added.contains(TextKey(folded)) || ids[folded.hashValue] != nil
    }

    /// Whether a row's text folds to the same as this one.
    func holds(_ text: String, _ database: any Database) throws(StorageError) -> Bool {
        if added.contains(TextKey(ExactText(UpperCaseFolding.folded(text)))) { return true }
        return try row(holding: text, database) != nil
    }

    /// The stored row whose text folds to the same as this one.
    func row(
        holding text: String, _ database: any Database
    ) throws(StorageError) -> (id: Int64, text: String)? {
        let folded = ExactText(UpperCaseFolding.folded(text))
        guard let id = ids[folded.hashValue] else { return nil }
        // Two texts may share a hash: the row itself shows whether they are the same.
        let rows = try database.select(Select([column], from: table, where: [.equals("id", .integer(id))]))
        guard let found = rows.first?[0].text, ExactText(UpperCaseFolding.folded(found)) == folded else { return nil }
        return (id, found)
    }
}
