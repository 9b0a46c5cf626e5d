import Catalogue
import Import
import Queue
import Relocation

/// The outcome of one task, and how long it took.
struct TimedOutcome {
    let task: TaskOutcome
    /// What kind of task it was.
    let kind: String
    let microseconds: Int64
}

extension TaskOutcome {
    /// Adds another task's outcome; see ``Import/ChunkOutcome/add(_:)``.
    mutating func add(_ other: TaskOutcome) {
        rows.add(other.rows)
        followUps.appendMissing(other.followUps)
    }
}

extension [QueueTask] {
    /// Adds tasks. One without rows that is there already would find nothing left to do.
    mutating func appendMissing(_ tasks: [QueueTask]) {
        for task in tasks where task.rows > 0 || !contains(task) { append(task) }
    }
}

extension ChunkOutcome {
    /// The rows that operators can list one by one.
    func lines(isNamed: Bool) -> [String] {
        drops.map(\.json) + changes.map(\.json) + idleRules.map { $0.json(isNamed: isNamed) }
    }

    /// Adds another task's outcome. Lists no more rows one by one than Redis keeps per relocation.
    mutating func add(_ other: ChunkOutcome) {
        account.add(other.account)
        drops += other.drops.prefix(max(RelocationQueue.listedRowsLimit - drops.count, 0))
        let listed = other.renames.prefix(max(RelocationQueue.renamedLimit - renames.count, 0))
        renames += listed
        otherRenames += other.renames.count - listed.count + other.otherRenames
        idleRules += other.idleRules.prefix(max(RelocationQueue.listedRowsLimit - idleRules.count, 0))
        changes += other.changes.prefix(max(RelocationQueue.listedRowsLimit - changes.count, 0))
        written += other.written
    }
}

extension Renaming {
    init(_ row: RenamedRow) { self.init(subject: row.subject, from: row.from, to: row.to) }
}
