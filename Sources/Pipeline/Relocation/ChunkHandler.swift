import Catalogue
import Cutting
import ExportFormat
import Import
import Queue
import TaskFormat

/// `chunk`: imports rows of one model. If the model is imported after all others, moves the chunk to the end of the list.
struct ChunkHandler: TaskHandler {
    let kind = TaskKind.chunk

    func prepare(_ task: OpenedTask) throws(ImportFailure) -> any TaskWork {
        let model = try task.model()
        if task.options.workersOrderTasks, task.catalogue.lateModels.contains(model.name) {
            return MovedChunk(task: task.task)
        }
        return try task.chunk(of: model)
    }
}

/// `late`: imports a chunk that was moved. All other rows are imported, and `finish` has run.
struct LateChunkHandler: TaskHandler {
    let kind = TaskKind.late

    func prepare(_ task: OpenedTask) throws(ImportFailure) -> any TaskWork {
        LateChunk(
            chunk: try task.chunk(of: task.model()), isDerived: task.catalogue.derivedModels.contains(task.task.name))
    }
}

extension OpenedTask {
    func chunk(of model: Model) throws(ImportFailure) -> ChunkWork {
        let now = WallClock.now()
        do {
            let contents = try ChunkDecoder.contents(
                of: payload, model: model, now: now, catalogue: catalogue, skipping: Set(skippedRows.keys))
            let skipped = contents.skipped.map { ordinal in
                DroppedRow(
                    model: model.name, sourcePK: skippedRows[ordinal]?.sourcePK, ordinal: ordinal,
                    reason: .skippedByOperator)
            }
            return ChunkWork(
                model: model, minOrdinal: task.minOrdinal, contents: contents, skipped: skipped, now: now)
        } catch {
            throw error.finding.map { .permanent($0) } ?? Self.malformed(model.name, error.message)
        }
    }
}

struct ChunkWork: TaskWork {
    let model: Model
    let minOrdinal: Int64
    let contents: ChunkContents
    /// Rows that an operator left out.
    let skipped: [DroppedRow]
    /// Microseconds since 1970 UTC.
    let now: Int64

    var rowCount: Int { contents.rows.count }

    func perform(_ work: RelocationImport) throws -> TaskOutcome { TaskOutcome(rows: try importRows(work)) }

    func importRows(_ work: RelocationImport) throws(ImportFailure) -> ChunkOutcome {
        try work.importChunk(
            model: model, minOrdinal: minOrdinal, rows: contents.rows, hidden: contents.hidden, skipped: skipped,
            now: now)
    }
}

private struct MovedChunk: TaskWork {
    let task: QueueTask

    /// The rows are not written yet, but the move copies them, so a commit batch counts them.
    var rowCount: Int { task.rows }

    func perform(_ work: RelocationImport) throws -> TaskOutcome {
        TaskOutcome(rows: ChunkOutcome(), followUps: [task.as(.late)])
    }
}

private struct LateChunk: TaskWork {
    let chunk: ChunkWork
    let isDerived: Bool

    var rowCount: Int { chunk.rowCount }

    func perform(_ work: RelocationImport) throws -> TaskOutcome {
        var outcome = try chunk.perform(work)
        if isDerived { outcome.followUps = [.following(.derive, chunk.model.name)] }
        return outcome
    }
}
