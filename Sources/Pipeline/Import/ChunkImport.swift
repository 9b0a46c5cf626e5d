import Catalogue
import Failpoints
import Ledger
import Storage

/// The import of one chunk: recognises the rows that are written already, writes the others with their chunk row, and
/// resolves races with other workers.
struct ChunkImport {
    let work: RelocationImport
    let context: ChunkContext

    var model: Model { context.model }
    var database: any Database { work.destination.database(of: model.silo) }
    private var ledger: Ledger { work.ledger }

    func run(_ rows: [Row], isSecondAttempt: Bool = false) throws(ImportFailure) -> ChunkOutcome {
        var outcome = ChunkOutcome()
        leaveOut(besides: rows, into: &outcome)
        let fresh = unwritten(rows, into: &outcome)
        guard !fresh.isEmpty else {
            outcome.isReplay = !rows.isEmpty
            return outcome
        }
        if database.isInTransaction {
            try writeInside(fresh, into: &outcome)
            return outcome
        }
        do {
            try writeAndCommit(fresh, into: &outcome)
            return outcome
        } catch {
            guard case .permanent(let finding) = error else { throw error }
            if try adoptChunksOfOthers() { return try run(rows) }
            // Another import may have written a row after our look-up and before our write. The next look-up finds it.
            guard !isSecondAttempt, finding.kind == .integrityError else { throw error }
            return try run(rows, isSecondAttempt: true)
        }
    }

    /// Counts the rows that an operator left out as dropped, or as what they became if they are written all the same: a
    /// late worker may have met no fault.
    private func leaveOut(besides rows: [Row], into outcome: inout ChunkOutcome) {
        guard !context.skipped.isEmpty else { return }
        let known = ledger.map.entries(of: model.name)
        var tally = KindTally()
        for row in context.skipped {
            let hasTwin = rows.contains { $0.sourcePK == row.sourcePK }
            if !hasTwin, let sourcePK = row.sourcePK, let entry = known[sourcePK], entry.isEarlier {
                tally.count(entry.kind)
            } else {
                outcome.account.dropped(model: model.name, row.reason)
                outcome.drops.append(row)
            }
        }
        tally.add(to: &outcome.account, model.name)
    }

    /// The rows whose source keys no chunk row held when the worker took over. The others count as what they became then.
    private func unwritten(_ rows: [Row], into outcome: inout ChunkOutcome) -> [Row] {
        let known = ledger.map.entries(of: model.name)
        guard known.holdsEarlier else { return rows }
        var tally = KindTally()
        var written = WrittenRows(model.name)
        let fresh = rows.filter { row in
            guard let sourcePK = row.sourcePK, let entry = known[sourcePK], entry.isEarlier else { return true }
            tally.count(entry.kind)
            written.append(row)
            return false
        }
        tally.add(to: &outcome.account, model.name)
        if !written.isEmpty { outcome.written.append(written) }
        return fresh
    }

    /// Writes in an open transaction of several chunks.
    private func writeInside(_ rows: [Row], into outcome: inout ChunkOutcome) throws(ImportFailure) {
        // Errors of deferred writes name no row.
        let defersWrites = database.defersWrites
        let written: Written?
        do { written = try write(rows, into: &outcome) } catch {
            throw defersWrites ? error : earliest(error, rows)
        }
        guard var written else { return }
        try record(&written, rows, defersWrites ? .alone : .checkingConstraints)
        try adopt(written.chunk, isConfirmed: false)
        outcome.written.append(written.chunk.written)
    }

    /// Writes in a transaction of its own.
    private func writeAndCommit(_ rows: [Row], into outcome: inout ChunkOutcome) throws(ImportFailure) {
        var written: Written?
        do {
            try storage { () throws(StorageError) in try database.begin() }
            written = try write(rows, into: &outcome)
            if var found = written {
                try record(&found, rows, .alone)
                written = found
            }
            try pass("chunk.recorded")
            if written != nil { try requireNoOthers() }
        } catch {
            work.undo(database)
            throw earliest(error, rows)
        }
        do { try database.commit() } catch {
            work.undo(database)
            throw .from(error, model: model, row: row(of: error, in: written?.chunk, rows))
        }
        try pass("chunk.committed")
        guard let written else { return }
        try adopt(written.chunk, isConfirmed: true)
        outcome.written.append(written.chunk.written)
    }

    /// A chunk row to record, and the ordinals of its rows.
    struct Written {
        var chunk: ChunkRow
        var ordinals: [Int64] = []
    }

    /// Inside the transaction: normalises, decides, applies. nil if nothing was written.
    func write(_ rows: [Row], into outcome: inout ChunkOutcome) throws(ImportFailure) -> Written? {
        let visible = try storage { () throws(StorageError) in
            try ledger.map(hiding: context.hidden, work.catalogue)
        }
        let batch = work.batch(model, context.now, seeing: visible)
        let rule: any ModelRule
        do { rule = try work.rules.rule(for: model) } catch { throw ImportFailure(error) }
        var kept: [Row] = []
        kept.reserveCapacity(rows.count)
        for result in try Normaliser(rule, batch).normalise(rows) {
            switch result {
            case .kept(let row): kept.append(row)
            case .dropped(let row, let reason): drop(row, reason, into: &outcome)
            }
        }
        defer { outcome.drops.sort { $0.ordinal < $1.ordinal } }
        guard !kept.isEmpty else { return nil }
        let decisions = try rule.decide(kept, batch)
        outcome.renames = decisions.renames(of: kept, rule)
        let results = try rule.apply(consume decisions, batch)
        try completeSuperseded(kept, results, batch)
        let written = gather(kept, results, into: &outcome)
        countChanges(of: rows, written.ordinals, batch, into: &outcome)
        guard written.chunk.rowsWritten > 0 else { return nil }
        let unnamed = written.chunk.unnamed(batch.insertedIDs)
        try storage { () throws(StorageError) in try batch.note(inserted: unnamed, into: model.table) }
        try pass("chunk.written")
        return written
    }

    /// Sums up in a chunk row what became of each row.
    private func gather(_ rows: [Row], _ results: [RowResult], into outcome: inout ChunkOutcome) -> Written {
        var written = Written(chunk: ChunkRow(model: model.name, minOrdinal: context.minOrdinal))
        var tally = KindTally()
        written.chunk.mapped.reserveCapacity(rows.count)
        for (row, result) in zip(rows, results) {
            switch result {
            case .dropped(let reason): drop(row, reason, into: &outcome)
            case .written(let newPK, let kind, let slug):
                tally.count(kind)
                written.chunk.append(row, newPK, kind, slug: slug)
                written.ordinals.append(row.ordinal)
            }
        }
        tally.add(to: &outcome.account, model.name)
        return written
    }

    /// Inside the transaction: writes the chunk row.
    private func record(
        _ written: inout Written, _ rows: [Row], _ writing: ChunkTable.Writing
    ) throws(ImportFailure) {
        do {
            try ledger.record(&written.chunk, written.ordinals, of: model, writing, now: context.now)
        } catch {
            throw .from(error, model: model, row: row(of: error, in: written.chunk, rows))
        }
    }

    /// Takes a chunk row into the map, and copies it to the region's database if that is another one.
    private func adopt(_ chunk: ChunkRow, isConfirmed: Bool) throws(ImportFailure) {
        ledger.adopt(chunk, isConfirmed: isConfirmed)
        guard work.destination.isSplit, model.silo == .control else { return }
        try pass("chunk.unreplicated")
        try storage { () throws(StorageError) in try ledger.replicateToRegion(chunk, now: context.now) }
    }

    private func drop(_ row: Row, _ reason: DropReason, into outcome: inout ChunkOutcome) {
        outcome.account.dropped(model: model.name, reason)
        outcome.drops.append(
            DroppedRow(
                model: model.name, sourcePK: row.sourcePK, ordinal: row.ordinal, reason: reason,
                missingPK: missingPK(of: row, reason)))
    }

    /// The source key that a reference of the row still holds, because there is no new one.
    private func missingPK(of row: Row, _ reason: DropReason) -> Int64? {
        guard case .missingReference(let field, _) = reason, let column = model.columnIndex(ofField: field) else {
            return nil
        }
        return row.values[column].integer
    }

    /// A test may end the process here, or fail the call: then the connection counts as lost.
    private func pass(_ place: StaticString) throws(ImportFailure) {
        do { try Failpoint.reach(place) } catch {
            throw .transient(StorageError(.unavailable, "the connection was lost at \(error.name)"))
        }
    }

    func storage<Result>(_ body: () throws(StorageError) -> Result) throws(ImportFailure) -> Result {
        try work.storage(model, body)
    }
}
