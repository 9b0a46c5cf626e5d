import Catalogue
import Ledger
import Storage

/// Which users may have rows of a model that this worker does not know. A user that it has inserted itself has none
/// before the worker writes the first, if it has worked on the relocation from the beginning.
final class OwnUsers {
    /// Whether this worker knows all rows that the relocation has written.
    private var isWhole = true
    /// Model → the users whose rows were written.
    private var written: [String: IDSet] = [:]

    /// The users whose rows of the batch's model must be looked up. The rows of all `users` count as written from now on.
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
