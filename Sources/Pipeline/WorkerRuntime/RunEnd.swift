import Queue
import Storage

/// How a worker's run of one claimed relocation ended.
enum RunEnd: Sendable {
    case completed
    case failed
    /// A transient error: the next worker that claims the relocation tries again.
    case postponed
    /// The claim was released: the worker stops, or an operator asked to pause or cancel.
    case released
    /// The time slice is over: the relocation waits behind others.
    case requeued
    /// The lease is lost: another worker may hold the relocation.
    case lost
    /// Redis does not answer; the lease expires by itself.
    case queueTrouble(QueueError)
    /// The database takes nothing from anybody now; the relocation waits again.
    case databaseTrouble(StorageError)
    /// The database cannot take imports until an operator acts.
    case unusable(StorageError)
}
