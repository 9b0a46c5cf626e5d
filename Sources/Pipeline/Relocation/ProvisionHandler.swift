import Import
import TaskFormat

/// `provision`: the imported organizations get their slugs for good.
struct ProvisionHandler: TaskHandler {
    let kind = TaskKind.provision

    func prepare(_ task: OpenedTask) throws(ImportFailure) -> any TaskWork { ProvisionWork() }
}

private struct ProvisionWork: TaskWork {
    func perform(_ work: RelocationImport) throws -> ChunkOutcome {
        try work.provisionSlugs()
        return ChunkOutcome()
    }
}
