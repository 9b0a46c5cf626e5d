import Catalogue
import Cutting
import ExportFormat
import TaskFormat
import Import
import Queue

/// What became of one task's rows, and how long it took.
struct TimedOutcome {
    let chunk: ChunkOutcome
    let microseconds: Int64
}

extension ChunkOutcome {
    /// Adds another task's outcome; of its dropped rows the first `limit` stay listed one by one, and of all together as
    /// many as a relocation keeps.
    mutating func add(_ other: ChunkOutcome, listing limit: Int) {
        account.add(other.account)
        drops += other.drops.prefix(min(limit, RelocationQueue.listedRowsLimit - drops.count))
    }
}

extension RelocationImport {
    /// Does what a task says, whatever its kind. The outcome is empty for one that carries no rows.
    func perform(_ task: PreparedTask) throws -> ChunkOutcome {
        switch task.work {
        case .chunk(let model, let minOrdinal, let contents, let now):
            return try importChunk(
                model: model, minOrdinal: minOrdinal, rows: contents.rows, hidden: contents.hidden, now: now)
        case .provision: try provisionSlugs()
        case .derive(let model): try derive(model)
        case .unreadable(let error): throw error
        }
        return ChunkOutcome()
    }
}
