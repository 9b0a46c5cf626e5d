package import Import
package import Queue

/// What a task has done, and what it leaves to do.
package struct TaskOutcome: Sendable {
    /// Empty for a task that writes no source rows.
    package var rows = ChunkOutcome()
    /// Tasks for the end of the list, in this order.
    package var followUps: [QueueTask] = []

    /// Bytes of the follow-ups in Redis, about.
    package var followUpBytes: Int { followUps.reduce(0) { $0 + $1.payload.count + Self.bytesPerTask } }

    private static let bytesPerTask = 256

    package init() {}

    package init(rows: ChunkOutcome, followUps: [QueueTask] = []) {
        self.rows = rows
        self.followUps = followUps
    }
}
