import Import
import Queue
import TaskFormat

/// `plan`: decides on rows as an import does; where they are written is not its concern. Without rows it only carries the plan
/// that an import holds to.
struct PlanHandler: TaskHandler {
    let kind = TaskKind.plan

    func prepare(_ task: OpenedTask) throws(ImportFailure) -> any TaskWork {
        task.task.rows == 0 ? CarriedPlan() : try ChunkHandler().prepare(task)
    }
}

private struct CarriedPlan: TaskWork {
    func perform(_ work: RelocationImport) throws -> TaskOutcome { TaskOutcome() }
}
