import Catalogue
import Ledger
import Storage

/// Which users can have rows of a model that this worker does not know of: not those that it has inserted itself,
/// before it writes the first such row. Only for a relocation that it has worked on from its beginning.
final class OwnUsers {
    private var isWhole = true
    /// Model → users of whom rows were written.
    private var written: [String: IDSet] = [:]

    /// The users of `users` whose rows of the batch's model have to be looked up. Their rows, and the others', count as
    /// written from now on.
    func toLookUp(_ users: Set<Int64>, _ batch: Batch) -> [Value] {
        var known = written.removeValue(forKey: batch.model.name) ?? IDSet()
        let wanted = users.filter { !known.insert($0) || !isWhole || !batch.map.claims($0, of: "sentry.user") }
        written[batch.model.name] = known
        return wanted.map { .integer($0) }
    }

    func forget() {
        isWhole = false
        written = [:]
    }
}
