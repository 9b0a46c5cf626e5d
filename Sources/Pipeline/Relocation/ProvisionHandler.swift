import Import
import TaskFormat

/// `provision`: gives the imported organizations their final slugs. Only enqueuers that write options of format 1
/// queue it.
struct ProvisionHandler: TaskHandler {
    let kind = TaskKind.provision

    func prepare(_ task: OpenedTask) throws(ImportFailure) -> any TaskWork { ProvisionWork() }
}

private struct ProvisionWork: TaskWork {
    func perform(_ work: RelocationImport) throws -> TaskOutcome {
        TaskOutcome(rows: ChunkOutcome(renames: try work.provisionSlugs()))
    }
}
