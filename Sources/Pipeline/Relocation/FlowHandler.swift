import Catalogue
package import Flow
package import Import
import Queue
import TaskFormat

/// `flow`: one of the ordered tasks of a relocation with steps. What it does is the worker's: it needs more than the import.
struct FlowHandler: TaskHandler {
    let kind = TaskKind.flow

    func prepare(_ task: OpenedTask) throws(ImportFailure) -> any TaskWork {
        guard let step = FlowTask(rawValue: task.task.name) else {
            throw OpenedTask.malformed(nil, "the step \"\(task.task.name)\" belongs to a newer version")
        }
        return FlowWork(task: step, payload: task.payload)
    }
}

/// A task of a relocation with steps, opened.
package struct FlowWork: TaskWork {
    package let task: FlowTask
    /// What the enqueuer's scan has decided, or the key of an export that another destination sends.
    package let payload: [UInt8]

    /// A commit batch never holds such a task: the worker takes them one by one, with no rows around them.
    package func perform(_ work: RelocationImport) throws -> TaskOutcome {
        throw ImportFailure.permanent(
            Finding(kind: .unknown, model: nil, reason: "the task \(task.rawValue) stands among rows"))
    }
}
