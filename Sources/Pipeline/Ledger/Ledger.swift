package import Catalogue
package import Storage

/// What one relocation has done to its destination: its chunk rows, the primary-key map they hold, and the copies that
/// a commit of two silos needs. Everything comes from the database, so that any worker can take over at any moment. Not
/// `Sendable`: it lives with its connections.
// Nine properties: the database, and what was read from it or written to it.
package final class Ledger {
    package let destination: Destination
    package private(set) var map = PrimaryKeyMap()

    private let tables: ChunkTables
    private let ids: IDAllocator
    /// The relocation's entry; nil if nothing is to be remembered.
    private let register: ImportRegister?
    private var chunks = ChunkIndex()
    private var journal: CommitJournal
    /// Model → source key → the id that a row had which the destination has lost.
    private var restoredIDs: [String: [Int64: Int64]] = [:]
    /// Model → the last map that was shown to a chunk with its later part hidden.
    private var visible: [String: (from: Int64, entries: ModelKeyMap)] = [:]

    /// Reads the chunk rows of an import and rebuilds its map. If a worker was lost between the two silos' commits,
    /// it writes the copies that are missing.
    ///
    /// - Parameters:
    ///   - ids: gives chunk rows their ids.
    ///   - register: the relocation's entry, to be written with its first rows.
    package init(
        _ importUUID: String, of catalogue: Catalogue, in destination: Destination, ids: IDAllocator,
        register: ImportRegister? = nil
    ) throws(LedgerError) {
        self.destination = destination
        self.register = register
        register?.rolledBack()
        self.ids = ids
        do { tables = try ChunkTables(importUUID, catalogue) } catch { throw .catalogue(error) }
        journal = CommitJournal(destination, tables, catalogue)
        do {
            for row in try tables.region.load(from: destination.region) { adopt(row, isFound: true) }
            let own = try readControl()
            for row in own { adopt(row, isFound: true) }
            try restoreReplicas(own)
            try register?.readDerivedParts()
        } catch {
            throw .storage(error)
        }
    }

    /// The control silo's own chunk rows; the other rows of its table belong to the journal.
    private func readControl() throws(StorageError) -> [ChunkRow] {
        let rows = try tables.control.load(from: destination.control)
        guard destination.isSplit else { return rows }
        for row in rows where journal.isCopy(row) { journal.adopt(row, isWritten: chunks.contains(row)) }
        return rows.filter { !journal.isCopy($0) }
    }

    /// A worker that was lost between the two silos' commits left control chunks without their copy in the region.
    private func restoreReplicas(_ rows: [ChunkRow]) throws(StorageError) {
        guard destination.isSplit, !rows.isEmpty else { return }
        let known = Set(try tables.replica.load(from: destination.region).map(\.key))
        for row in rows where !known.contains(row.key) { try replicate(row, ChunkTexts(row), now: WallClock.now()) }
    }

    // MARK: Asking

    /// Whether the import has written nothing yet.
    package var isEmpty: Bool { map.isEmpty }

    /// Source key → the id that its new row must have, if the other silo already refers to it.
    package func plannedIDs(of model: Model) -> [Int64: Int64] {
        (journal.plannedIDs[model.name] ?? [:]).merging(restoredIDs[model.name] ?? [:]) { first, _ in first }
    }

    /// The map without the rows that were hidden from a chunk at its first attempt. Costs nothing until a worker finds
    /// rows that come later in the file.
    ///
    /// - Parameter hidden: model → the ordinal from which its rows are hidden.
    package func map(hiding hidden: [String: Int64], _ catalogue: Catalogue) throws(StorageError) -> PrimaryKeyMap {
        var out = map
        for (name, from) in hidden {
            guard let last = chunks.lastFound(of: name), last >= from, let model = catalogue.model(name) else {
                continue
            }
            if visible[name]?.from != from { visible[name] = (from, try entries(of: model, before: from)) }
            if let entries = visible[name]?.entries { out = out.replacing(name, with: entries) }
        }
        return out
    }

    /// The map of the chunk rows below an ordinal. No chunk row has rows on both sides of it: a chunk ends if rows of
    /// another model stand between two of this one.
    private func entries(of model: Model, before ordinal: Int64) throws(StorageError) -> ModelKeyMap {
        let database = destination.database(of: model.silo)
        var map = PrimaryKeyMap()
        for chunk in try tables.own(model.silo).load(from: database, model: model.name)
        where chunk.minOrdinal < ordinal {
            map.insert(chunk, earlier: true)
        }
        return map.entries(of: model.name)
    }

    /// Model → rows that the known chunk rows hold of it: repeated source keys as often as they were written. Derived parts
    /// that the register knows count under ``DerivedParts/subject``.
    package var recordedRows: [String: Int] {
        var rows = chunks.rows
        if let parts = register?.derivedParts.count, parts > 0 { rows[DerivedParts.subject] = parts }
        return rows
    }

    /// The rows that the known chunk rows hold, and the range of their source keys.
    package var sourceBounds: [String: (rows: Int, keys: ClosedRange<Int64>?)] {
        var out: [String: (rows: Int, keys: ClosedRange<Int64>?)] = [:]
        for (model, rows) in recordedRows { out[model] = (rows, map.entries(of: model).sourceKeys) }
        return out
    }

    // MARK: Writing

    /// Writes the chunk row inside the transaction that has written its rows.
    ///
    /// - Parameters:
    ///   - ordinals: those of the rows written, ascending.
    ///   - writing: see ``ChunkTable/Writing``.
    package func record(
        _ chunk: inout ChunkRow, _ ordinals: [Int64], of model: Model, _ writing: ChunkTable.Writing, now: Int64
    ) throws(StorageError) {
        chunk.minOrdinal = chunks.freeOrdinal(chunk.minOrdinal, ordinals, of: model.name)
        let texts = ChunkTexts(chunk)
        try insert(chunk, texts, writing, into: tables.own(model.silo), of: destination.database(of: model.silo), now)
        if model.silo == .control, !destination.isSplit { try replicate(chunk, texts, now: now) }
        if model.silo == .region || !destination.isSplit { try register?.note(chunk.written, now: now) }
    }

    /// Notes in the open transaction of the region's database that it writes a part of the derived rows.
    package func note(derived part: String) throws(StorageError) { try register?.note(derived: part) }

    /// Remembers rows that are inserted and that no chunk row will name, for an undo. If another database holds them, this is
    /// written before they are: ids are never given twice, so that one too many does no harm.
    package func note(inserted ids: [Int64], into table: Table) throws(StorageError) {
        try register?.note(inserted: ids, into: table)
    }

    /// Overwrites rows that were there before, and remembers for an undo what they held.
    package func note(
        overwriting ids: [Value], _ columns: [String], of table: Table, in database: any Database,
        _ overwrite: () throws(StorageError) -> Void
    ) throws(StorageError) {
        guard let register else { return try overwrite() }
        try register.note(overwriting: ids, columns, of: table, in: database, overwrite)
    }

    /// The open transaction was rolled back.
    package func rolledBack() { register?.rolledBack() }

    /// Takes a chunk row that this worker has written into the map.
    ///
    /// - Parameter isConfirmed: false inside a transaction of several chunks, before ``modelWithOthers()``.
    package func adopt(_ chunk: ChunkRow, isConfirmed: Bool) {
        adopt(chunk, isFound: false)
        if isConfirmed { chunks.confirm() } else { chunks.unconfirmed.insert(chunk.model) }
    }

    /// Copies a control chunk's row to the region's database, if that is another database.
    package func replicateToRegion(_ chunk: ChunkRow, now: Int64) throws(StorageError) {
        try replicate(chunk, ChunkTexts(chunk), now: now)
        try register?.note(chunk.written, now: now)
    }

    private func replicate(_ chunk: ChunkRow, _ texts: ChunkTexts, now: Int64) throws(StorageError) {
        try insert(chunk, texts, .unlessPresent, into: tables.replica, of: destination.region, now)
    }

    private func insert(
        _ chunk: ChunkRow, _ texts: ChunkTexts, _ writing: ChunkTable.Writing, into chunks: ChunkTable,
        of database: any Database, _ now: Int64
    ) throws(StorageError) {
        for id in try ids.take(1, for: chunks.table, from: database) {
            try chunks.insert(chunk, texts, writing, id: id, now: now, into: database)
        }
    }

    private func adopt(_ chunk: ChunkRow, isFound: Bool) {
        chunks.add(chunk, isFound: isFound)
        visible[chunk.model] = nil
        map.insert(chunk, earlier: isFound)
    }

    // MARK: Rows that the destination has lost

    /// Removes source keys from the chunk rows, in open transactions: their rows are gone. This object keeps its map; one
    /// that is made after it lacks the keys.
    ///
    /// - Returns: the ids that the rows had
    package func forget(_ sourcePKs: Set<Int64>, of model: Model, now: Int64) throws(StorageError) -> [Int64: Int64] {
        let entries = map.entries(of: model.name)
        try forget(sourcePKs, of: model, in: tables.own(model.silo), destination.database(of: model.silo), now)
        if model.silo == .control { try forget(sourcePKs, of: model, in: tables.replica, destination.region, now) }
        return sourcePKs.reduce(into: [:]) { ids, key in ids[key] = entries[key]?.newPK }
    }

    private func forget(
        _ sourcePKs: Set<Int64>, of model: Model, in chunks: ChunkTable, _ database: any Database, _ now: Int64
    ) throws(StorageError) {
        for chunk in try chunks.load(from: database, model: model.name)
        where chunk.mapped.contains(where: { sourcePKs.contains($0.sourcePK) }) {
            try chunks.delete(chunk, from: database)
            guard let rest = chunk.without(sourcePKs) else { continue }
            try insert(rest, ChunkTexts(rest), .alone, into: chunks, of: database, now)
        }
    }

    /// Rows with these source keys get these ids.
    package func restore(_ ids: [Int64: Int64], of model: Model) { restoredIDs[model.name] = ids }

    // MARK: Commits that span both silos

    /// Before the commits of one transaction that spans both silos.
    package func prepareCommits(now: Int64 = WallClock.now()) throws(StorageError) {
        if destination.isSplit { try journal.write(now: now) }
    }

    /// After both commits, and at the end of an import.
    package func finishCommits() throws(StorageError) { try journal.clear() }

    // MARK: Other workers

    /// Before a commit: whether another worker has written chunks of this model that this one does not know. If the
    /// same file was enqueued again with another chunk size, two workers' chunks overlap without sharing a key.
    ///
    /// Throws if the database lacks chunk rows that this worker has committed or found: somebody has restored an older
    /// copy meanwhile.
    ///
    /// - Parameter unknown: number of this worker's own chunk rows that are not in its map yet.
    package func hasChunksOfOthers(
        _ model: Model, besides unknown: Int, _ catalogue: Catalogue
    ) throws(StorageError) -> Bool {
        // An older copy lacks the newest chunk row at least. Usually that is one of the same model, which is counted anyway.
        let database = destination.database(of: model.silo)
        for newest in chunks.newest.sorted().compactMap(catalogue.model)
        where newest.index != model.index && destination.database(of: newest.silo) === database {
            _ = try hasMore(newest, than: 0)
        }
        let hasOthers = try hasMore(model, than: unknown)
        try register?.requireNotUndone()
        return hasOthers
    }

    /// Whether the database holds more chunk rows of a model than this worker knows, and `unknown` more.
    private func hasMore(_ model: Model, than unknown: Int) throws(StorageError) -> Bool {
        let found = try tables.own(model.silo).count(model: model.name, in: destination.database(of: model.silo))
        let known = chunks.count(of: model.name) + unknown
        guard found >= known else {
            throw StorageError(
                .other,
                "the database holds \(found) of the \(known) chunk rows of \(model.name) that this import has written",
                table: tables.own(model.silo).table.name)
        }
        return found > known
    }

    /// Before the commit of a transaction of several chunks, and before the end: the first model of which another worker
    /// has written chunks. Throws if the database lacks chunk rows, as ``hasChunksOfOthers(_:besides:_:)`` does.
    package func modelWithOthers(_ catalogue: Catalogue) throws(StorageError) -> Model? {
        let models = chunks.unconfirmed.union(chunks.newest)
        for model in models.sorted().compactMap(catalogue.model) where try hasMore(model, than: 0) { return model }
        try register?.requireNotUndone()
        try register?.confirmDerivedParts()
        chunks.confirm()
        return nil
    }

    /// After a failure: takes over the chunk rows of this model that another worker has written meanwhile. True if
    /// there are any: this worker lost a race, and uses the other worker's results.
    package func adoptChunksOfOthers(_ model: Model) throws(StorageError) -> Bool {
        let found = try tables.own(model.silo).load(from: destination.database(of: model.silo), model: model.name)
            .filter { !chunks.contains($0) }
        for chunk in found {
            adopt(chunk, isFound: true)
            // The other worker may be lost before it copies the chunk row.
            if destination.isSplit, model.silo == .control { try replicateToRegion(chunk, now: WallClock.now()) }
        }
        return !found.isEmpty
    }

    /// Whether another worker has written chunk rows of this import since this one took it over. Then the failed
    /// transaction lost a race, and the next attempt succeeds. Call it after the roll-back.
    package func isOvertaken() throws(StorageError) -> Bool {
        for silo in [Silo.region, .control] {
            let rows = try tables.own(silo).load(from: destination.database(of: silo))
            let own = silo == .control ? rows.filter { !destination.isSplit || !journal.isCopy($0) } : rows
            if own.contains(where: { !chunks.hasFound($0) }) { return true }
        }
        return false
    }

    /// Waits, in open transactions, for workers that were believed lost: they may still be committing the rows that
    /// this worker is about to write, and no unique key would show it.
    package func awaitLateWorkers(_ model: Model) throws(StorageError) {
        for silo in destination.isSplit ? [Silo.control, .region] : [.region] {
            let database = destination.database(of: silo)
            guard database.isInTransaction else { continue }
            _ = try tables.own(silo).count(model: model.name, in: database)
        }
        try register?.requireNotUndone()
    }
}
