public import Catalogue
import Failpoints
public import Ledger
public import Storage

/// One relocation's import on one worker: chunk after chunk, in order. Everything it knows comes from the database's
/// chunk rows, so that any worker can take over at any moment. Not `Sendable`: it lives with its connections.
public final class RelocationImport {
    public let context: ImportContext
    public let destination: Destination
    public private(set) var map = PrimaryKeyMap()

    let memory: ImportMemory
    var random = SecureRandom()
    /// `model|min ordinal` of every chunk row of this import.
    private(set) var chunkKeys: Set<String> = []
    /// How many of them belong to each model.
    private(set) var chunkCounts: [String: Int] = [:]
    /// Those of them that this worker found and did not write.
    private(set) var foundKeys: Set<String> = []
    /// Model → the largest ordinal among those.
    private var foundUpTo: [String: Int64] = [:]
    /// Model → what of its map a chunk saw last from which a part was hidden.
    private var visible: [String: (from: Int64, entries: ModelKeyMap)] = [:]
    /// Models of which the destination is known to hold the table.
    var soundModels: Set<String> = []
    var journal: CommitJournal
    /// Models whose chunks the open transaction of several chunks has written.
    private var unconfirmed: Set<String> = []

    /// Rebuilds the primary-key map from the chunk rows of this import.
    public init(_ context: ImportContext, into destination: Destination) throws(ImportFailure) {
        self.context = context
        self.destination = destination
        memory = ImportMemory(context)
        journal = CommitJournal(context.importUUID, destination)
        for silo in [Silo.region, .control] {
            do {
                let rows = try ownRows(of: silo)
                for row in rows { adopt(row, earlier: true) }
                if silo == .control { try healReplicas(rows) }
            } catch {
                throw .from(error, model: Catalogue.known("sentry.user"))
            }
        }
        if !map.isEmpty { memory.forget() }
    }

    /// The chunk rows of a silo's own models; what else the control silo holds is the journal's.
    private func ownRows(of silo: Silo) throws(StorageError) -> [ChunkRow] {
        let rows = try ChunkTable.own(silo).load(context.importUUID, from: destination.database(of: silo))
        guard silo == .control, destination.isSplit else { return rows }
        for row in rows where CommitJournal.isCopy(row) {
            journal.adopt(row, isWritten: chunkKeys.contains(row.key))
        }
        return rows.filter { !CommitJournal.isCopy($0) }
    }

    /// A worker that was lost between the two silos' commits left control chunks without their copy in the region.
    private func healReplicas(_ rows: [ChunkRow]) throws(StorageError) {
        guard destination.isSplit, !rows.isEmpty else { return }
        let copies = try ChunkTable.replica.load(context.importUUID, from: destination.region)
        let known = Set(copies.map { $0.key })
        for row in rows where !known.contains(row.key) {
            try replicate(row, now: Clock.now())
        }
    }

    /// Writes one chunk, or recognises what of it is there already. Commits by itself unless a transaction is open.
    ///
    /// - Parameters:
    ///   - hidden: Model → the ordinal from which its rows come later in the file than this chunk: no row of it refers
    ///     to those, though they may have been written by the time of a replay.
    ///   - now: microseconds since 1970 UTC.
    public func importChunk(
        model: Model, minOrdinal: Int64, rows: [Row], hidden: [String: Int64] = [:], now: Int64 = Clock.now()
    ) throws(ImportFailure) -> ChunkOutcome {
        try requireSound(model, minOrdinal)
        return try importRows(rows, ChunkPlace(model: model, minOrdinal: minOrdinal, hidden: hidden, now: now))
    }

    private func importRows(
        _ rows: [Row], _ place: ChunkPlace, isSecondAttempt: Bool = false
    ) throws(ImportFailure) -> ChunkOutcome {
        let (model, now) = (place.model, place.now)
        var outcome = ChunkOutcome()
        let fresh = unwritten(rows, model, into: &outcome)
        guard !fresh.isEmpty else {
            outcome.isReplay = !rows.isEmpty
            return outcome
        }
        let database = destination.database(of: model.silo)
        guard !database.isInTransaction else {
            let chunk: ChunkRow?
            do { chunk = try write(fresh, place, into: &outcome) } catch {
                throw database.defersWrites ? error : earliest(error, fresh, place)
            }
            if let chunk {
                // What is deferred names no row anyhow.
                try record(chunk, fresh, place, judging: !database.defersWrites)
                try adopt(chunk, model, now)
                unconfirmed.insert(model.name)
            }
            return outcome
        }
        do {
            let chunk = try writeAndCommit(fresh, place, into: &outcome)
            if let chunk { try adopt(chunk, model, now) }
            return outcome
        } catch {
            if try adoptChunksOfOthers(after: error, model) { return try importRows(rows, place) }
            // Another import may have written a row between the look-up that found none and our own: seen from now on.
            guard !isSecondAttempt, case .lasting(let finding) = error, finding.kind == .integrityError else {
                throw error
            }
            return try importRows(rows, place, isSecondAttempt: true)
        }
    }

    private func writeAndCommit(
        _ rows: [Row], _ place: ChunkPlace, into outcome: inout ChunkOutcome
    ) throws(ImportFailure) -> ChunkRow? {
        let database = destination.database(of: place.model.silo)
        let chunk: ChunkRow?
        do {
            try storage(place.model) { () throws(StorageError) in try database.begin() }
            chunk = try write(rows, place, into: &outcome)
            if let chunk { try record(chunk, rows, place, judging: false) }
            try pass("chunk.recorded")
            if chunk != nil { try requireNoOthers(place.model, besides: 1) }
        } catch {
            undo(database)
            throw earliest(error, rows, place)
        }
        do {
            try database.commit()
        } catch {
            undo(database)
            throw .from(error, model: place.model, row: Self.row(of: error, in: chunk, rows, place.model))
        }
        try pass("chunk.committed")
        return chunk
    }

    /// Before the commit of a transaction of several chunks: see ``requireNoOthers(_:besides:)``.
    public func confirmAlone() throws(ImportFailure) {
        for name in unconfirmed.sorted() {
            if let model = Catalogue.standard.model(name) { try requireNoOthers(model) }
        }
        unconfirmed = []
    }

    /// Takes a chunk row that this worker has written into the map, and copies it to the other silo where there is one.
    private func adopt(_ chunk: ChunkRow, _ model: Model, _ now: Int64) throws(ImportFailure) {
        adopt(chunk, earlier: false)
        guard destination.isSplit, model.silo == .control else { return }
        try pass("chunk.unreplicated")
        try storage(model) { () throws(StorageError) in try replicate(chunk, now: now) }
    }

    func undo(_ database: any Database) {
        database.rollback()
        memory.forget()
    }

    /// The rows whose source keys no chunk row held when the worker took over; the others count as what they became.
    private func unwritten(_ rows: [Row], _ model: Model, into outcome: inout ChunkOutcome) -> [Row] {
        let known = map.entries(of: model.name)
        guard known.holdsEarlier else { return rows }
        var tally = KindTally()
        let fresh = rows.filter { row in
            guard let sourcePK = row.sourcePK, let entry = known[sourcePK], entry.isEarlier else { return true }
            tally.count(entry.kind)
            return false
        }
        tally.add(to: &outcome.account, model.name)
        return fresh
    }

    /// Inside the transaction: normalise, write. Returns the chunk row to record; nil where nothing was written.
    func write(
        _ rows: [Row], _ place: ChunkPlace, into outcome: inout ChunkOutcome
    ) throws(ImportFailure) -> ChunkRow? {
        let model = place.model
        let batch = batch(model, place.now, seeing: try visibleMap(at: place))
        defer { random = batch.random }
        let rule = Rules.rule(for: model)
        var kept: [Row] = []
        kept.reserveCapacity(rows.count)
        for result in try Normaliser(rule, batch).normalise(rows) {
            switch result {
            case .kept(let row): kept.append(row)
            case .dropped(let row, let reason): drop(row, model, reason, into: &outcome)
            }
        }
        defer { outcome.drops.sort { $0.ordinal < $1.ordinal } }
        guard !kept.isEmpty else { return nil }
        let written = try rule.write(kept, batch)
        var chunk = ChunkRow(model: model.name, minOrdinal: place.minOrdinal)
        var ordinals: [Int64] = []
        var tally = KindTally()
        chunk.mapped.reserveCapacity(kept.count)
        for (row, result) in zip(kept, written) {
            switch result {
            case .dropped(let reason): drop(row, model, reason, into: &outcome)
            case .written(let newPK, let kind, let slug):
                tally.count(kind)
                chunk.append(row, newPK, kind, slug: slug)
                ordinals.append(row.ordinal)
            }
        }
        tally.add(to: &outcome.account, model.name)
        guard chunk.rowsWritten > 0 else { return nil }
        try pass("chunk.written")
        chunk.minOrdinal = freeOrdinal(place.minOrdinal, ordinals, model.name)
        return chunk
    }

    /// Inside the transaction: the chunk row.
    ///
    /// - Parameter judging: Whether deferred constraints are judged now, and not only by the commit: in a transaction
    ///   of several chunks nobody could tell afterwards whose rows broke them.
    private func record(
        _ chunk: ChunkRow, _ rows: [Row], _ place: ChunkPlace, judging: Bool
    ) throws(ImportFailure) {
        let silo = place.model.silo
        let texts = ChunkTexts(chunk)
        do {
            try record(
                chunk, texts, in: .own(silo), of: destination.database(of: silo), now: place.now, judging: judging)
            if silo == .control, !destination.isSplit { try replicate(chunk, texts, now: place.now) }
        } catch {
            throw .from(error, model: place.model, row: Self.row(of: error, in: chunk, rows, place.model))
        }
    }

    /// The map without what was hidden from a chunk when it was first worked on. Costs nothing until a worker finds
    /// rows that come later in the file.
    private func visibleMap(at place: ChunkPlace) throws(ImportFailure) -> PrimaryKeyMap {
        var out = map
        for (name, from) in place.hidden {
            guard let last = foundUpTo[name], last >= from, let model = Catalogue.standard.model(name) else { continue }
            if visible[name]?.from != from { visible[name] = (from, try entries(of: model, before: from)) }
            if let entries = visible[name]?.entries { out = out.replacing(name, with: entries) }
        }
        return out
    }

    /// What the chunk rows below an ordinal map. No chunk row has rows on both sides of it: where another model's rows
    /// stand between two of this one, a chunk ends.
    private func entries(
        of model: Model, before ordinal: Int64
    ) throws(ImportFailure) -> ModelKeyMap {
        var chunks: [ChunkRow] = []
        try storage(model) { () throws(StorageError) in
            chunks = try ChunkTable.own(model.silo).load(
                context.importUUID, from: destination.database(of: model.silo), model: model.name)
        }
        var map = PrimaryKeyMap()
        for chunk in chunks where chunk.minOrdinal < ordinal { map.insert(chunk, earlier: true) }
        return map.entries(of: model.name)
    }

    func batch(_ model: Model, _ now: Int64, seeing visible: PrimaryKeyMap? = nil) -> Batch {
        Batch(
            model: model, context: context, destination: destination, map: visible ?? map,
            plannedIDs: journal.plannedIDs[model.name] ?? [:], memory: memory, now: now, random: random)
    }

    /// The key of a chunk row: where another chunk size left a row under the wanted one, that of what is new here.
    private func freeOrdinal(_ wanted: Int64, _ written: [Int64], _ model: String) -> Int64 {
        var candidate = wanted
        var rest = written.makeIterator()
        while chunkKeys.contains(ChunkRow.key(model, candidate)) { candidate = rest.next() ?? candidate + 1 }
        return candidate
    }

    private func drop(_ row: Row, _ model: Model, _ reason: DropReason, into outcome: inout ChunkOutcome) {
        outcome.account.dropped(model: model.name, reason)
        outcome.drops.append(
            DroppedRow(model: model.name, sourcePK: row.sourcePK, ordinal: row.ordinal, reason: reason))
    }

    func replicate(_ chunk: ChunkRow, _ texts: ChunkTexts? = nil, now: Int64) throws(StorageError) {
        try record(
            chunk, texts ?? ChunkTexts(chunk), in: .replica, of: destination.region, now: now, ignoringConflicts: true)
    }

    private func record(
        _ chunk: ChunkRow, _ texts: ChunkTexts, in chunks: ChunkTable, of database: any Database, now: Int64,
        ignoringConflicts: Bool = false, judging: Bool = false
    ) throws(StorageError) {
        for id in try memory.ids.take(1, for: chunks.table, from: database) {
            try chunks.insert(
                chunk, texts, id: id, importUUID: context.importUUID, now: now, into: database,
                ignoringConflicts: ignoringConflicts, judging: judging)
        }
    }

    func adopt(_ chunk: ChunkRow, earlier: Bool) {
        if chunkKeys.insert(chunk.key).inserted {
            chunkCounts[chunk.model, default: 0] += 1
        }
        if earlier {
            foundKeys.insert(chunk.key)
            foundUpTo[chunk.model] = max(foundUpTo[chunk.model] ?? 0, chunk.minOrdinal)
        }
        visible[chunk.model] = nil
        map.insert(chunk, earlier: earlier)
    }

    /// A test may fail the process here; to the import that is a connection lost at this place.
    private func pass(_ place: StaticString) throws(ImportFailure) {
        do { try Failpoint.reach(place) } catch {
            throw .passing(StorageError(.unavailable, "the connection was lost at \(error.name)"))
        }
    }

    func storage(_ model: Model, _ work: () throws(StorageError) -> Void) throws(ImportFailure) {
        do { try work() } catch { throw .from(error, model: model) }
    }
}

/// Which chunk is being worked on.
struct ChunkPlace {
    let model: Model
    let minOrdinal: Int64
    /// See `RelocationImport.importChunk`.
    let hidden: [String: Int64]
    /// Microseconds since 1970 UTC.
    let now: Int64
}

extension PrimaryKeyMap {
    mutating func insert(_ chunk: ChunkRow, earlier: Bool) {
        insert(chunk.model, chunk.mapped, earlier: earlier)
        for (sourcePK, slug) in chunk.identifiers { setIdentifier(chunk.model, sourcePK, slug) }
    }
}

extension ChunkRow {
    /// Adds one written row, in the order written.
    mutating func append(_ row: Row, _ newPK: Int64, _ kind: MappingKind, slug: String?) {
        guard let sourcePK = row.sourcePK else { return }
        if rowsWritten == 0 {
            minSourcePK = sourcePK
            maxSourcePK = sourcePK
        }
        rowsWritten += 1
        maxSourcePK = max(maxSourcePK, sourcePK)
        if kind == .inserted {
            minInsertedPK = minInsertedPK ?? newPK
            maxInsertedPK = max(maxInsertedPK ?? newPK, newPK)
            if let slug { identifiers[sourcePK] = slug }
        }
        mapped.append((sourcePK, newPK, kind))
    }
}
