import Catalogue
import Cutting
import Import
import TaskFormat
import Verification

/// `verify`: holds rows that an import has written against the destination's. Reads only.
struct VerifyHandler: TaskHandler {
    let kind = TaskKind.verify

    func prepare(_ task: OpenedTask) throws(ImportFailure) -> any TaskWork {
        VerifyWork(chunk: try task.chunk(of: task.model()))
    }
}

struct VerifyWork: TaskWork {
    let chunk: ChunkWork

    var rowCount: Int { chunk.rowCount }

    func perform(_ work: RelocationImport) throws -> TaskOutcome {
        let verified = try ChunkVerification(work, chunk.model).run(
            chunk.contents.rows, hidden: chunk.contents.hidden)
        var rows = ChunkOutcome()
        rows.account.existing(chunk.contents.rows.count - verified.absent.count, model: chunk.model.name)
        for row in verified.absent { rows.account.dropped(model: row.model, row.reason) }
        rows.drops = verified.absent
        var outcome = TaskOutcome(rows: rows)
        outcome.verified = verified
        return outcome
    }

    /// Writes rows that the import has not written.
    func importRows(_ work: RelocationImport, only ordinals: Set<Int64>) throws(ImportFailure) -> ChunkOutcome {
        let rows = chunk.contents.rows.filter { ordinals.contains($0.ordinal) }
        return try work.importChunk(
            model: chunk.model, minOrdinal: rows.first?.ordinal ?? chunk.minOrdinal, rows: rows,
            hidden: chunk.contents.hidden, now: chunk.now)
    }
}
