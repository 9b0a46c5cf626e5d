package import Queue

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

    /// Drops the chunk at which a relocation failed, for good. Its rows count as dropped (skipped), and the record
    /// keeps who skipped it and when. `retry` then continues after it.
    package func skipChunk(_ id: RelocationID) throws -> TaskNote {
        try OperationError.refusing { try queue.failedTask(id.text) }
            .skip(id, in: queue, by: actor)
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
