import Catalogue
package import Import
import Queue
package import TaskFormat

/// What one kind of task does. A new kind is a new file, and a line in ``TaskHandlers``.
package protocol TaskHandler: Sendable {
    var kind: TaskKind { get }

    /// All that can be done before it is its turn. Knows no connection and runs on another thread.
    func prepare(_ task: OpenedTask) throws(ImportFailure) -> any TaskWork
}

/// A task that is ready for its turn.
package protocol TaskWork: Sendable {
    /// Rows that it may write.
    var rowCount: Int { get }

    /// Does it.
    func perform(_ work: RelocationImport) throws -> TaskOutcome
}

extension TaskWork {
    package var rowCount: Int { 0 }
}

/// A task whose payload lies open.
package struct OpenedTask: Sendable {
    let task: QueueTask
    let payload: [UInt8]
    let options: RelocationOptions
    let catalogue: Catalogue

    /// The model that the task is about.
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
