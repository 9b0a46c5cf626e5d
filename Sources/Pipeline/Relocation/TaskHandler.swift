import Catalogue
package import Import
import Queue
package import TaskFormat

/// Handles one kind of task. A new kind needs a new file and a line in ``TaskHandlers``.
package protocol TaskHandler: Sendable {
    var kind: TaskKind { get }

    /// Does all that can be done before the task's turn. Uses no connection and runs on another thread.
    func prepare(_ task: OpenedTask) throws(ImportFailure) -> any TaskWork
}

/// The work of a task that is ready for its turn.
package protocol TaskWork: Sendable {
    /// The most rows that the work writes.
    var rowCount: Int { get }

    /// Does the work.
    func perform(_ work: RelocationImport) throws -> TaskOutcome
}

extension TaskWork {
    package var rowCount: Int { 0 }
}

/// A task with its payload opened.
package struct OpenedTask: Sendable {
    let task: QueueTask
    let payload: [UInt8]
    let options: RelocationOptions
    let catalogue: Catalogue
    /// The rows of the task's model that an operator left out, by ordinal.
    let skippedRows: [Int64: RowPlace]

    /// The model that the task names.
    func model() throws(ImportFailure) -> Model {
        guard let model = catalogue.model(task.name) else {
            throw .permanent(
                Finding(kind: .unknownModel, model: task.name, reason: "the model \(task.name) is not in the catalogue")
            )
        }
        return model
    }

    /// A task that no worker can read.
    static func malformed(_ model: String?, _ reason: String) -> ImportFailure {
        .permanent(Finding(kind: .deserializationFailed, model: model, reason: reason))
    }
}
