package import Import
package import Queue
package import Verification

/// What a task has done, and the tasks that follow from it.
package struct TaskOutcome: Sendable {
    /// What happened to its source rows; empty if it has none.
    package var rows = ChunkOutcome()
    /// What a verification has found; nil for other tasks.
    package var verified: VerifiedChunk?
    /// Tasks to append to the list, in this order.
    package var followUps: [QueueTask] = []

    /// Bytes that the follow-ups take in Redis, approximately.
    package var followUpBytes: Int { followUps.reduce(0) { $0 + $1.payload.count + Self.bytesPerTask } }

    private static let bytesPerTask = 256

    package init() {}

    package init(rows: ChunkOutcome, followUps: [QueueTask] = []) {
        self.rows = rows
        self.followUps = followUps
    }
}
