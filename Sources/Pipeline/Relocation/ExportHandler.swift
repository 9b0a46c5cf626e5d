import Catalogue
import Import
import TaskFormat

/// `export`: organizations are exported for a relocation of another destination. ``TransferRun`` of the worker does it.
struct ExportHandler: TaskHandler {
    let kind = TaskKind.export

    func prepare(_ task: OpenedTask) throws(ImportFailure) -> any TaskWork {
        throw OpenedTask.malformed(nil, "an export stands in the list of an import")
    }
}
