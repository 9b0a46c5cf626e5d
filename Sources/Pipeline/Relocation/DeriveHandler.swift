import Catalogue
import Import
import TaskFormat

/// `derive`: what saving a model's rows makes and the file has not brought, and the rows that mirror them.
struct DeriveHandler: TaskHandler {
    let kind = TaskKind.derive

    func prepare(_ task: OpenedTask) throws(ImportFailure) -> any TaskWork { DeriveWork(model: try task.model()) }
}

private struct DeriveWork: TaskWork {
    let model: Model

    func perform(_ work: RelocationImport) throws -> TaskOutcome {
        try work.derive(model)
        return TaskOutcome()
    }
}
