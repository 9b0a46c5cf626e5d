import Catalogue
import Ledger
import Storage

extension RelocationImport {
    /// Refuses what no worker may write.
    func requireSound(_ model: Model, _ minOrdinal: Int64) throws(ImportFailure) {
        func refusal(_ kind: Finding.Kind, _ reason: String) -> ImportFailure {
            .lasting(Finding(kind: kind, model: model.name, reason: reason))
        }
        guard minOrdinal >= 1 else {
            throw refusal(.invalidMinOrdinal, "the chunk's smallest ordinal is \(minOrdinal), which is below 1")
        }
        guard !context.importUUID.isEmpty else {
            throw refusal(.missingImportUUID, "the relocation has no UUID")
        }
        guard destination.isSplit, !soundModels.contains(model.name) else { return }
        var isThere = false
        try storage(model) { () throws(StorageError) in
            isThere = try destination.database(of: model.silo).schema.hasTable(model.table.name)
        }
        guard isThere else {
            throw refusal(
                .incorrectSiloMode,
                "the database of the silo \(model.silo.rawValue) has no table for \(model.name), which belongs to it")
        }
        soundModels.insert(model.name)
    }

    /// The failure that writing row after row meets first. Rows are checked and written set by set, so that the first
    /// fault found need not be the first in the file: the rows before it are tried by themselves.
    func earliest(
        _ failure: ImportFailure, _ rows: [Row], _ place: ChunkPlace
    ) -> ImportFailure {
        guard case .lasting(let finding) = failure, let ordinal = finding.ordinal else { return failure }
        let before = rows.filter { $0.ordinal < ordinal }
        guard !before.isEmpty else { return failure }
        let database = destination.database(of: place.model.silo)
        let ownsTransaction = !database.isInTransaction
        defer { if ownsTransaction { undo(database) } }
        do {
            if ownsTransaction { try storage(place.model) { () throws(StorageError) in try database.begin() } }
            var outcome = ChunkOutcome()
            // What the failed attempt noted of these very rows must not speak against them.
            memory.forget()
            _ = try write(before, place, into: &outcome)
            return failure
        } catch {
            guard case .lasting(let other) = error, let found = other.ordinal, found < ordinal else { return failure }
            if ownsTransaction { undo(database) }
            return earliest(error, before, place)
        }
    }

    /// Before a commit: nobody else may have written chunks of this model that this worker does not know. Where the
    /// same file was enqueued again with another chunk size, two workers' chunks overlap without meeting in a key.
    ///
    /// - Parameter unknown: chunk rows of this worker's own that it has not taken into its map yet.
    func requireNoOthers(_ model: Model, besides unknown: Int = 0) throws(ImportFailure) {
        var found = 0
        try storage(model) { () throws(StorageError) in
            found = try ChunkTable.own(model.silo).count(
                context.importUUID, model: model.name, in: destination.database(of: model.silo))
        }
        guard found > chunkCounts[model.name, default: 0] + unknown else { return }
        throw .lasting(
            Finding(kind: .integrityError, model: model.name, reason: "another worker has written chunks of this model")
        )
    }

    /// After a failure: takes over the chunk rows of this model that another worker has written meanwhile. True where
    /// there are any: the failure was a race with that worker, and its results are ours.
    func adoptChunksOfOthers(after failure: ImportFailure, _ model: Model) throws(ImportFailure) -> Bool {
        guard case .lasting = failure else { return false }
        var isRace = false
        try storage(model) { () throws(StorageError) in
            let found = try ChunkTable.own(model.silo).load(
                context.importUUID, from: destination.database(of: model.silo), model: model.name)
            for chunk in found where !chunkKeys.contains(chunk.key) {
                adopt(chunk, earlier: true)
                // The other worker may be lost before it copies the chunk row.
                if destination.isSplit, model.silo == .control { try replicate(chunk, now: Clock.now()) }
                isRace = true
            }
        }
        return isRace
    }

    /// Whether another worker has written chunk rows of this import since this one took it over: what failed inside
    /// one transaction then lost a race, and works when it is tried again. Asked after the transaction was rolled back.
    public func isOvertaken() throws(ImportFailure) -> Bool {
        for silo in [Silo.region, .control] {
            do {
                let rows = try ChunkTable.own(silo).load(context.importUUID, from: destination.database(of: silo))
                let isNew = { [foundKeys] (row: ChunkRow) in !foundKeys.contains(row.key) }
                if rows.contains(where: { !(silo == .control && CommitJournal.isCopy($0)) && isNew($0) }) {
                    return true
                }
            } catch {
                throw .from(error, model: Catalogue.known("sentry.user"))
            }
        }
        return false
    }

    /// The source row of the written one that a commit names.
    static func row(of error: StorageError, in chunk: ChunkRow?, _ rows: [Row], _ model: Model) -> Row? {
        guard let id = error.rowID, error.table == model.table.name,
            let entry = chunk?.mapped.first(where: { $0.newPK == id })
        else { return nil }
        return rows.first { $0.sourcePK == entry.sourcePK }
    }
}
