import Catalogue
import Import
import Queue
import Relocation

/// What one task has done, and how long it took.
struct TimedOutcome {
    let task: TaskOutcome
    let microseconds: Int64
}

extension TaskOutcome {
    /// Adds another task's outcome; see ``Import/ChunkOutcome/add(_:listing:)``.
    mutating func add(_ other: TaskOutcome, listing limit: Int) {
        rows.add(other.rows, listing: limit)
        followUps += other.followUps
    }
}

extension ChunkOutcome {
    /// Adds another task's outcome; of its dropped rows the first `limit` stay listed one by one, and of all together as
    /// many as a relocation keeps.
    mutating func add(_ other: ChunkOutcome, listing limit: Int) {
        account.add(other.account)
        drops += other.drops.prefix(min(limit, max(RelocationQueue.listedRowsLimit - drops.count, 0)))
    }
}
