import Catalogue
package import Queue
import Reporting
package import TaskFormat

/// What an operator does with relocations that are queued. Each action throws `OperationError` if it is refused and
/// `QueueError` if Redis fails.
package struct OperatorActions {
    private let queue: RelocationQueue
    private let actor: Operator

    /// - Parameter actor: who acts; recorded if rows are dropped
    package init(_ queue: RelocationQueue, by actor: Operator) {
        self.queue = queue
        self.actor = actor
    }

    /// Lets a failed relocation continue at the task that failed.
    package func retry(_ id: RelocationID) throws {
        try OperationError.refusing { try queue.retry(id.text) }
    }

    /// Lets every failed relocation continue if it can; returns the UUIDs of these.
    package func retryAll() throws -> [String] {
        try OperationError.refusing { try queue.retryAll() }
    }

    /// What it costs to leave out the row or chunk at which a relocation failed. Changes nothing.
    ///
    /// - Parameter keyring: opens sealed tasks; nil if no key is configured
    package func planSkip(
        _ id: RelocationID, _ extent: SkipExtent, keyring: PayloadKeyring? = nil
    ) throws -> PlannedSkip {
        try SkipPlanner(queue: queue, id: id, keyring: keyring).plan(extent)
    }

    /// Leaves out what was planned, for good: its rows count as dropped (skippedByOperator), and the record keeps who
    /// skipped them and when. `retry` then continues with what follows.
    package func skip(_ id: RelocationID, _ planned: PlannedSkip) throws -> TaskNote {
        let (task, chunk) = (planned.task, planned.chunk)
        let time = Timestamp.text(task.readAt)
        return try OperationError.refusing {
            if let row = planned.row {
                let note = TaskNote(only: row, of: chunk, skippedBy: actor.name, skippedAt: time)
                // The worker that works the chunk counts the row.
                try queue.skipRow(id.text, row, of: task, note: note)
                return note
            }
            var account = RowAccount()
            account.dropped(chunk.rows, model: chunk.name, .skippedByOperator)
            let note = TaskNote(chunk, skippedBy: actor.name, skippedAt: time)
            try queue.skip(id.text, task, counters: account.counters, note: note)
            return note
        }
    }

    /// Pauses a relocation: now, or at its next chunk if a worker holds it.
    package func pause(_ id: RelocationID) throws -> OperatorOutcome {
        try OperationError.refusing { try queue.pause(id.text) }
    }

    /// Lets a paused relocation continue, or withdraws the request to pause.
    package func unpause(_ id: RelocationID) throws {
        try OperationError.refusing { try queue.unpause(id.text) }
    }

    /// Ends a relocation: now, or at its next chunk if a worker holds it. What was written stays.
    package func cancel(_ id: RelocationID) throws -> OperatorOutcome {
        try OperationError.refusing { try queue.cancel(id.text) }
    }

    /// Ends a relocation now: a worker that holds it loses its lease.
    package func abort(_ id: RelocationID) throws {
        try OperationError.refusing { try queue.abort(id.text) }
    }

    /// Removes the tasks of a relocation that no worker holds. What was written stays.
    package func delete(_ id: RelocationID) throws {
        try OperationError.refusing { try queue.delete(id.text) }
    }
}
