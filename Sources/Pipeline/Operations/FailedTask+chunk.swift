import Queue
import Reporting
import TaskFormat

extension FailedTask {
    /// The task, if its rows can be counted.
    func chunk() throws(OperationError) -> QueueTask {
        guard case .task(let task) = element else {
            throw OperationError(
                .badData, "The failed task is damaged: its rows cannot be counted. Enqueue the file again.")
        }
        guard TaskKind(rawValue: task.kind)?.carriesRows == true else {
            throw OperationError(
                .conflict,
                "The relocation failed at a step without rows (\(PlainText.line(task.kind))): there is nothing to "
                    + "leave out. Remove the cause, then retry.")
        }
        return task
    }
}
