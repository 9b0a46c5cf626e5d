public import Catalogue
import Failpoints
import Storage

/// One relocation's import on one worker: chunk after chunk, in order. Everything it knows comes from the database's
/// chunk rows, so that any worker can take over at any moment. Not `Sendable`: it lives with its connections.
public final class RelocationImport {
    public let context: ImportContext
    public let destination: Destination
    public private(set) var map = PrimaryKeyMap()

    private let memory: ImportMemory
    var random = SecureRandom()
    /// `model|min ordinal` of every chunk row of this import.
    private(set) var chunkKeys: Set<String> = []
    /// Those of them that this worker found and did not write.
    private(set) var foundKeys: Set<String> = []
    /// Model → the largest ordinal among those.
    private var foundUpTo: [String: Int64] = [:]
    /// Model → what of its map a chunk saw last from which a part was hidden.
    private var visible: [String: (from: Int64, entries: [Int64: PrimaryKeyMap.Entry])] = [:]
    /// Models of which the destination is known to hold the table.
    var soundModels: Set<String> = []

    /// Rebuilds the primary-key map from the chunk rows of this import.
    public init(_ context: ImportContext, into destination: Destination) throws(ImportFailure) {
        self.context = context
        self.destination = destination
        memory = ImportMemory(context)
        for silo in [Silo.region, .control] {
            do {
                let rows = try ChunkTable.own(silo).load(context.importUUID, from: destination.database(of: silo))
                for row in rows { adopt(row, earlier: true) }
                if silo == .control { try healReplicas(rows) }
            } catch {
                throw .from(error, model: Catalogue.known("sentry.user"))
            }
        }
    }

    /// A worker that was lost between the two silos' commits left control chunks without their copy in the region.
    private func healReplicas(_ rows: [ChunkRow]) throws(StorageError) {
        guard destination.isSplit, !rows.isEmpty else { return }
        let copies = try ChunkTable.replica.load(context.importUUID, from: destination.region)
        let known = Set(copies.map { Self.key($0.model, $0.minOrdinal) })
        for row in rows where !known.contains(Self.key(row.model, row.minOrdinal)) {
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
        let place = ChunkPlace(model: model, minOrdinal: minOrdinal, hidden: hidden, now: now)
        var outcome = ChunkOutcome()
        let fresh = rows.filter { !isWritten($0, model, into: &outcome) }
        guard !fresh.isEmpty else {
            outcome.isReplay = !rows.isEmpty
            return outcome
        }
        let database = destination.database(of: model.silo)
        guard !database.isInTransaction else {
            let chunk: ChunkRow?
            do { chunk = try write(fresh, place, into: &outcome) } catch { throw earliest(error, fresh, place) }
            if let chunk {
                try record(chunk, fresh, place, judging: true)
                try adopt(chunk, model, now)
            }
            return outcome
        }
        do {
            let chunk = try writeAndCommit(fresh, place, into: &outcome)
            if let chunk { try adopt(chunk, model, now) }
            return outcome
        } catch {
            if try adoptChunksOfOthers(after: error, model) {
                return try importChunk(model: model, minOrdinal: minOrdinal, rows: rows, hidden: hidden, now: now)
            }
            throw error
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
        return chunk
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

    /// Whether a chunk row held this source key when the worker took over; then it is counted as what it became.
    private func isWritten(_ row: Row, _ model: Model, into outcome: inout ChunkOutcome) -> Bool {
        guard let sourcePK = row.sourcePK, let entry = map[model.name, sourcePK], entry.isEarlier else { return false }
        count(entry.kind, model.name, into: &outcome)
        return true
    }

    private func count(_ kind: MappingKind, _ model: String, into outcome: inout ChunkOutcome) {
        switch kind {
        case .inserted: outcome.account.inserted(model: model)
        case .existing: outcome.account.existing(model: model)
        case .overwritten: outcome.account.overwritten(model: model)
        }
    }

    /// Inside the transaction: normalise, write. Returns the chunk row to record; nil where nothing was written.
    func write(
        _ rows: [Row], _ place: ChunkPlace, into outcome: inout ChunkOutcome
    ) throws(ImportFailure) -> ChunkRow? {
        let model = place.model
        let batch = Batch(
            model: model, context: context, destination: destination, map: try visibleMap(at: place), memory: memory,
            now: place.now, random: random)
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
        var chunk = ChunkRow(
            model: model.name, minOrdinal: place.minOrdinal, rowsWritten: 0, minSourcePK: 0, maxSourcePK: 0, mapped: [],
            identifiers: [:])
        var ordinals: [Int64] = []
        for (row, result) in zip(kept, written) {
            switch result {
            case .dropped(let reason): drop(row, model, reason, into: &outcome)
            case .written(let newPK, let kind, let slug):
                count(kind, model.name, into: &outcome)
                chunk.append(row, newPK, kind, slug: slug)
                ordinals.append(row.ordinal)
            }
        }
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
        do {
            try record(chunk, in: .own(silo), of: destination.database(of: silo), now: place.now, judging: judging)
            if silo == .control, !destination.isSplit { try replicate(chunk, now: place.now) }
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
    ) throws(ImportFailure) -> [Int64: PrimaryKeyMap.Entry] {
        var chunks: [ChunkRow] = []
        try storage(model) { () throws(StorageError) in
            chunks = try ChunkTable.own(model.silo).load(
                context.importUUID, from: destination.database(of: model.silo), model: model.name)
        }
        var map = PrimaryKeyMap()
        for chunk in chunks where chunk.minOrdinal < ordinal { map.insert(chunk, earlier: true) }
        return map.entries(of: model.name)
    }

    /// The key of a chunk row: where another chunk size left a row under the wanted one, that of what is new here.
    private func freeOrdinal(_ wanted: Int64, _ written: [Int64], _ model: String) -> Int64 {
        var candidate = wanted
        var rest = written.makeIterator()
        while chunkKeys.contains(Self.key(model, candidate)) { candidate = rest.next() ?? candidate + 1 }
        return candidate
    }

    private func drop(_ row: Row, _ model: Model, _ reason: DropReason, into outcome: inout ChunkOutcome) {
        outcome.account.dropped(model: model.name, reason)
        outcome.drops.append(
            DroppedRow(model: model.name, sourcePK: row.sourcePK, ordinal: row.ordinal, reason: reason))
    }

    func replicate(_ chunk: ChunkRow, now: Int64) throws(StorageError) {
        try record(chunk, in: .replica, of: destination.region, now: now, ignoringConflicts: true)
    }

    private func record(
        _ chunk: ChunkRow, in chunks: ChunkTable, of database: any Database, now: Int64,
        ignoringConflicts: Bool = false, judging: Bool = false
    ) throws(StorageError) {
        for id in try memory.ids.take(1, for: chunks.table, from: database) {
            try chunks.insert(
                chunk, id: id, importUUID: context.importUUID, now: now, into: database,
                ignoringConflicts: ignoringConflicts, judging: judging)
        }
    }

    func adopt(_ chunk: ChunkRow, earlier: Bool) {
        chunkKeys.insert(Self.key(chunk.model, chunk.minOrdinal))
        if earlier {
            foundKeys.insert(Self.key(chunk.model, chunk.minOrdinal))
            foundUpTo[chunk.model] = max(foundUpTo[chunk.model] ?? 0, chunk.minOrdinal)
        }
        visible[chunk.model] = nil
        map.insert(chunk, earlier: earlier)
    }

    static func key(_ model: String, _ minOrdinal: Int64) -> String { "\(model)|\(minOrdinal)" }

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
        for entry in chunk.mapped { insert(chunk.model, entry.sourcePK, entry.newPK, entry.kind, earlier: earlier) }
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
