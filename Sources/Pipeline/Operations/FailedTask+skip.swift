import Catalogue
import Queue
import Reporting
import TaskFormat

extension FailedTask {
    /// Drops this task, if it is a chunk whose rows can be counted.
    func skip(_ id: RelocationID, in queue: RelocationQueue, by actor: Operator) throws -> TaskNote {
        let chunk = try chunk()
        var account = RowAccount()
        account.dropped(chunk.rows, model: chunk.name, .skipped)
        var note = TaskNote(chunk, skippedBy: actor.name, skippedAt: Timestamp.text(readAt))
        if !actor.host.isEmpty { note.skippedFrom = actor.host }
        try OperationError.refusing {
            try queue.skip(id.text, self, counters: account.counters, note: note)
        }
        return note
    }

    private func chunk() throws(OperationError) -> QueueTask {
        guard case .task(let task) = element else {
            throw OperationError(
                .badData, "The failed task is damaged: its rows cannot be counted. Enqueue the file again.")
        }
        guard TaskKind(rawValue: task.kind)?.carriesRows == true else {
            throw OperationError(
                .conflict,
                "The relocation failed at a step without rows (\(PlainText.line(task.kind))): there is no chunk to "
                    + "skip. Remove the cause, then retry.")
        }
        return task
    }
}
