import Catalogue
import Import
import TaskFormat

/// `derive`: writes the derived rows of a model that the file does not contain, and the rows that mirror it.
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
