import Import
import TaskFormat

/// `provision`: the imported organizations get their slugs for good. Enqueuers of the options' format 1 queue it.
struct ProvisionHandler: TaskHandler {
    let kind = TaskKind.provision

    func prepare(_ task: OpenedTask) throws(ImportFailure) -> any TaskWork { ProvisionWork() }
}

private struct ProvisionWork: TaskWork {
    func perform(_ work: RelocationImport) throws -> TaskOutcome {
        try work.provisionSlugs()
        return TaskOutcome()
    }
}
