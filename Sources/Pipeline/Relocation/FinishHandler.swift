import Catalogue
import Import
import TaskFormat

/// `finish`: all rows of the file are there, except those of late models, whose tasks stand behind this one. Organizations
/// get their slugs for good, then each model with rows gets a task for what derives from them.
struct FinishHandler: TaskHandler {
    let kind = TaskKind.finish

    func prepare(_ task: OpenedTask) throws(ImportFailure) -> any TaskWork { FinishWork() }
}

private struct FinishWork: TaskWork {
    func perform(_ work: RelocationImport) throws -> TaskOutcome {
        try work.provisionSlugs()
        return TaskOutcome(rows: ChunkOutcome(), followUps: work.modelsToDerive.map { .following(.derive, $0.name) })
    }
}
