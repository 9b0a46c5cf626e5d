import Catalogue
import Import
import Queue

/// What became of one task's rows, and how long it took.
struct TimedOutcome {
    let chunk: ChunkOutcome
    let microseconds: Int64
}

extension ChunkOutcome {
    /// Adds another task's outcome; of its dropped rows the first `limit` stay listed one by one, and of all together as
    /// many as a relocation keeps.
    mutating func add(_ other: ChunkOutcome, listing limit: Int) {
        account.add(other.account)
        drops += other.drops.prefix(min(limit, max(RelocationQueue.listedRowsLimit - drops.count, 0)))
    }
}
