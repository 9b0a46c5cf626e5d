import Catalogue
import Storage

/// The names in a column that must be unique, however their letters are cased: those that are stored and those that the
/// chunk adds.
struct NameRegister {
    private let index: FoldedIndex
    private let batch: Batch

    init(_ table: Table, _ column: String, _ batch: Batch) throws(ImportFailure) {
        do { index = try batch.memory.foldedIndexes.current(table, column, batch.database) } catch {
            throw .from(error, model: batch.model)
        }
        self.batch = batch
    }

    func holds(_ name: String) throws(ImportFailure) -> Bool {
        do { return try index.holds(name, batch.database) } catch { throw .from(error, model: batch.model) }
    }

    /// See ``FoldedIndex/mayHold(_:)``.
    func mayHold(_ name: String) -> Bool { index.mayHold(name) }

    /// The stored row that has a name; nil if this import is about to write it.
    func holder(of name: String) throws(ImportFailure) -> (id: Int64, text: String)? {
        do { return try index.row(holding: name, batch.database) } catch { throw .from(error, model: batch.model) }
    }

    func add(_ name: String) { index.add(name) }
}
