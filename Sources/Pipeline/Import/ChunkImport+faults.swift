import Catalogue
import Ledger
import Storage

extension ChunkImport {
    /// Throws if no worker may write the chunk.
    func requireSound() throws(ImportFailure) {
        func refusal(_ kind: Finding.Kind, _ reason: String) -> ImportFailure {
            .permanent(Finding(kind: kind, model: model.name, reason: reason))
        }
        guard context.minOrdinal >= 1 else {
            throw refusal(
                .invalidMinOrdinal, "the chunk's smallest ordinal is \(context.minOrdinal), which is below 1")
        }
        guard !work.context.importUUID.isEmpty else {
            throw refusal(.missingImportUUID, "the relocation has no UUID")
        }
        guard work.destination.isSplit, !work.soundModels.contains(model.name) else { return }
        let isThere = try storage { () throws(StorageError) in try database.schema.hasTable(model.table.name) }
        guard isThere else {
            throw refusal(
                .incorrectSiloMode,
                "the database of the silo \(model.silo.rawValue) has no table for \(model.name), which belongs to it")
        }
        work.soundModels.insert(model.name)
    }

    /// The failure that writing row after row would meet first. All rows pass each step together, so the fault that was
    /// found may not be the first in the file: the rows before it are tried by themselves.
    func earliest(_ failure: ImportFailure, _ rows: [Row]) -> ImportFailure {
        guard case .permanent(let finding) = failure, let ordinal = finding.ordinal else { return failure }
        let before = rows.filter { $0.ordinal < ordinal }
        guard !before.isEmpty else { return failure }
        let ownsTransaction = !database.isInTransaction
        defer { if ownsTransaction { work.undo(database) } }
        do {
            if ownsTransaction { try storage { () throws(StorageError) in try database.begin() } }
            var outcome = ChunkOutcome()
            // The failed attempt has noted these very rows. They must not count as taken.
            work.memory.forget()
            _ = try write(before, into: &outcome)
            return failure
        } catch {
            guard case .permanent(let other) = error, let found = other.ordinal, found < ordinal else { return failure }
            if ownsTransaction { work.undo(database) }
            return earliest(error, before)
        }
    }

    /// Before a commit: throws if others have written chunks of this model that this worker does not know.
    func requireNoOthers() throws(ImportFailure) {
        let hasOthers = try storage { () throws(StorageError) in
            try work.ledger.hasChunksOfOthers(model, besides: 1, work.catalogue)
        }
        if hasOthers { throw .writtenByOthers(model) }
    }

    /// After a failure: takes over the chunks of this model that others have written meanwhile. True if there are any.
    func adoptChunksOfOthers() throws(ImportFailure) -> Bool {
        try storage { () throws(StorageError) in try work.ledger.adoptChunksOfOthers(model) }
    }

    /// The source row of the written row that a commit's error names.
    func row(of error: StorageError, in chunk: ChunkRow?, _ rows: [Row]) -> Row? {
        guard let id = error.rowID, error.table == model.table.name,
            let entry = chunk?.mapped.first(where: { $0.newPK == id })
        else { return nil }
        return rows.first { $0.sourcePK == entry.sourcePK }
    }
}
