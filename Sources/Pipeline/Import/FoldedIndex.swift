import Catalogue
import Storage
import TextForms

/// Which texts a column holds under case folding. Neither database has an index for that question, so asking it once a
/// chunk would read the table once a chunk; instead the column is read once and then only what was added since. In a
/// transaction that defers its writes that is asked once: it is short, others' open ones are not seen anyhow, and each
/// question would wait for the writes.
final class FoldedIndex {
    private let table: Table
    private let column: String
    private var ids: [Int: Int64] = [:]
    private var lastID = Int64.min
    /// Texts that this worker has added itself. Their ids may lie below others' that were read before them.
    private var added: Set<TextKey> = []
    /// The number of the transaction in which the rows were read last.
    private var readIn: Int?

    init(_ table: Table, _ column: String) {
        self.table = table
        self.column = column
    }

    /// Rows read at a time.
    private static let page = 20_000

    /// Reads the rows added since the last call.
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

    /// Takes note of a text that is about to be written.
    func add(_ text: String) { added.insert(TextKey(ExactText(UpperCaseFolding.folded(text)))) }

    /// Whether a row's text may be this one, in some spelling. Rows that others committed under lower ids since the
    /// last reading are not known.
    func mayHold(_ text: String) -> Bool {
        let folded = ExactText(UpperCaseFolding.folded(text))
        return added.contains(TextKey(folded)) || ids[folded.hashValue] != nil
    }

    /// Whether a row's text folds to the same as this one.
    func holds(_ text: String, _ database: any Database) throws(StorageError) -> Bool {
        let folded = ExactText(UpperCaseFolding.folded(text))
        if added.contains(TextKey(folded)) { return true }
        guard let id = ids[folded.hashValue] else { return false }
        // Two texts may share a hash: only the row itself can tell.
        let rows = try database.select(Select([column], from: table, where: [.equals("id", .integer(id))]))
        return rows.first?[0].text.map { ExactText(UpperCaseFolding.folded($0)) == folded } ?? false
    }
}

/// The folded indexes of one relocation, made when first needed.
final class FoldedIndexes {
    private var indexes: [String: FoldedIndex] = [:]

    /// Brought up to date with what is committed or written by the open transaction.
    func current(_ table: Table, _ column: String, _ database: any Database) throws(StorageError) -> FoldedIndex {
        let key = "\(table.name).\(column)"
        let index = indexes[key] ?? FoldedIndex(table, column)
        indexes[key] = index
        try index.refresh(database)
        return index
    }

    /// Forgets everything: rows seen inside a transaction that was rolled back are not there.
    func forget() { indexes = [:] }
}

/// The names of a column that must stay unique in any spelling: those in the table and those this chunk adds.
struct NameRegister {
    private let index: FoldedIndex
    private let batch: Batch

    init(_ table: Table, _ column: String, _ batch: Batch) throws(ImportFailure) {
        do { index = try batch.memory.indexes.current(table, column, batch.database) } catch {
            throw .from(error, model: batch.model)
        }
        self.batch = batch
    }

    func holds(_ name: String) throws(ImportFailure) -> Bool {
        do { return try index.holds(name, batch.database) } catch { throw .from(error, model: batch.model) }
    }

    /// Whether the table may hold the name, in some spelling.
    func mayHold(_ name: String) -> Bool { index.mayHold(name) }

    func add(_ name: String) { index.add(name) }
}
