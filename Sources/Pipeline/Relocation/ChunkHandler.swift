import Catalogue
import Cutting
import ExportFormat
import Import
import Queue
import TaskFormat

/// `chunk`: rows of one model.
struct ChunkHandler: TaskHandler {
    let kind = TaskKind.chunk

    func prepare(_ task: OpenedTask) throws(ImportFailure) -> any TaskWork {
        let model = try task.model()
        let now = WallClock.now()
        do {
            let contents = try ChunkDecoder.contents(
                of: task.payload, model: model, now: now, catalogue: task.catalogue)
            return ChunkWork(model: model, minOrdinal: task.task.minOrdinal, contents: contents, now: now)
        } catch {
            throw error.finding.map { .permanent($0) } ?? OpenedTask.malformed(model.name, error.message)
        }
    }
}

private struct ChunkWork: TaskWork {
    let model: Model
    let minOrdinal: Int64
    let contents: ChunkContents
    /// Microseconds since 1970 UTC.
    let now: Int64

    var rowCount: Int { contents.rows.count }

    func perform(_ work: RelocationImport) throws -> ChunkOutcome {
        try work.importChunk(
            model: model, minOrdinal: minOrdinal, rows: contents.rows, hidden: contents.hidden, now: now)
    }
}
