import Queue
import Storage

/// How a worker's turn on a relocation ended.
enum RunEnd: Sendable {
    case completed
    case failed
    /// Passing trouble: tried again later by whoever claims it then.
    case postponed
    /// Given back: the worker stops, or an operator asked for a pause or an end.
    case released
    /// Given back so that others have their turn.
    case requeued
    /// Another worker has it.
    case lost
    /// Redis does not answer; the lease runs out by itself.
    case queueTrouble(QueueError)
    /// The connection to the database is gone; the relocation was postponed.
    case databaseTrouble(StorageError)
    /// The database cannot take imports until an operator acts.
    case unusable(StorageError)
}
