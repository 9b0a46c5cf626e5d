import Catalogue
import Import
import TaskFormat

/// `finish`: all rows of the file are imported, except those of late models, whose tasks come after this one. Gives
/// organizations their final slugs, then adds a `derive` task for each model with rows.
struct FinishHandler: TaskHandler {
    let kind = TaskKind.finish

    func prepare(_ task: OpenedTask) throws(ImportFailure) -> any TaskWork { FinishWork() }
}

private struct FinishWork: TaskWork {
    func perform(_ work: RelocationImport) throws -> TaskOutcome {
        let outcome = ChunkOutcome(renames: try work.provisionSlugs())
        return TaskOutcome(rows: outcome, followUps: work.modelsToDerive.map { .following(.derive, $0.name) })
    }
}
