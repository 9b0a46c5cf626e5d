import Catalogue
package import Queue
import Reporting
package import TaskFormat

/// What an operator does with relocations that are queued. Each action throws `OperationError` if it is refused and
/// `QueueError` if Redis fails.
package struct OperatorActions {
    let queue: RelocationQueue
    let actor: Operator

    /// - Parameter actor: who acts; recorded in the history
    package init(_ queue: RelocationQueue, by actor: Operator) {
        self.queue = queue
        self.actor = actor
    }

    /// Lets a failed relocation continue at the task that failed.
    package func retry(_ id: RelocationID) throws {
        try OperationError.refusing { try queue.retry(id.text, by: actor.text) }
    }

    /// The failed relocations that can continue, the newest first: their tasks are there, and no operator ended them.
    package func retryable() throws -> [RelocationStatus] {
        var query = RelocationQuery()
        query.status = .failure
        query.isWhole = false
        return try queue.find(query).relocations.filter { $0.endedBy == nil && $0.payloadBytes > 0 }
    }

    /// Lets failed relocations continue; returns the UUIDs of those that did. Others have moved on meanwhile.
    package func retry(_ relocations: [RelocationStatus]) throws -> [String] {
        try relocations.map(\.uuid).filter { uuid in
            do throws(QueueError) {
                try queue.retry(uuid, by: actor.text)
                return true
            } catch {
                guard [.conflict, .notFound].contains(error.kind) else { throw error }
                return false
            }
        }
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
                let note = signed(TaskNote(only: row, of: chunk, skippedBy: actor.name, skippedAt: time))
                // The worker that works the chunk counts the row.
                try queue.skipRow(id.text, row, of: task, note: note)
                return note
            }
            var account = RowAccount()
            account.dropped(chunk.rows, model: chunk.name, .skippedByOperator)
            let note = signed(TaskNote(chunk, skippedBy: actor.name, skippedAt: time))
            try queue.skip(id.text, task, counters: account.counters, note: note)
            return note
        }
    }

    /// The note with the operator's host.
    private func signed(_ note: TaskNote) -> TaskNote {
        var note = note
        if !actor.host.isEmpty { note.skippedFrom = actor.host }
        return note
    }

    /// What Redis knows of a relocation that is to be undone; nil if it has forgotten it. Throws for a verification and a
    /// plan, which bring nothing.
    package func undoable(_ id: RelocationID) throws -> RelocationStatus? {
        let status: RelocationStatus
        do throws(QueueError) { status = try queue.status(id.text) } catch {
            if error.kind == .notFound { return nil }
            throw error
        }
        guard let purpose = RelocationOptions(json: status.options)?.otherPurpose else { return status }
        throw OperationError(.badData, "\(id.text) is \(purpose): it has brought nothing.")
    }

    /// Hands a relocation that has ended, or is paused, to a worker, which undoes it.
    ///
    /// - Parameter destination: where it went if Redis has forgotten it; nil refuses such a one
    package func undo(
        _ id: RelocationID, isDryRun: Bool, cascade: [UndoRequest.CascadeRow], ofUnknownIn destination: DestinationName?
    ) throws {
        let request = UndoRequest(by: actor.text, isDryRun: isDryRun, cascade: cascade)
        try OperationError.refusing {
            try queue.requestUndo(id.text, request.json, ofUnknownIn: destination, by: actor.text)
        }
    }

    /// Removes the tasks of a relocation that no worker holds. What was written stays.
    package func delete(_ id: RelocationID) throws {
        try OperationError.refusing { try queue.delete(id.text, by: actor.text) }
    }

    /// Holds the queue of a destination: its workers finish what they have claimed and take nothing more. Returns
    /// whether it was not held before.
    package func hold(_ name: DestinationName) throws -> Bool { try queue.hold(name, by: actor.text) }

    /// Lets the workers of a destination go on. Returns whether it was held.
    package func letGo(_ name: DestinationName) throws -> Bool { try queue.letGo(name, by: actor.text) }

    /// Asks the worker process of a name to take no more relocations, or to go on. It hears that within a second.
    package func quiet(_ name: String, _ isQuiet: Bool) throws {
        try OperationError.refusing {
            guard let worker = try queue.workforce().worker(named: name) else {
                throw OperationError(
                    .notFound, "There is no worker of the name \(PlainText.line(name)). `workers` lists them.")
            }
            try queue.ask(worker, toBeQuiet: isQuiet, by: actor.text)
        }
    }
}
