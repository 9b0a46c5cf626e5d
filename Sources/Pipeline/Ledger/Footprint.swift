package import Catalogue
package import Storage

/// What an import has left in its destination, as its chunk rows and its ledger tell.
// Nine properties: the destination, and what was read from it.
package struct Footprint {
    /// nil if the ledger does not know it, or is missing.
    package private(set) var entry: ImportEntry?
    /// What its chunk rows name: kind → model → ids, ascending.
    private var rows: [MappingKind: [String: [Int64]]] = [:]
    /// Table → ids of further rows that it has inserted.
    package private(set) var alsoInserted: [String: [Int64]] = [:]

    /// Chunk rows that were read.
    private var chunks = 0
    private let destination: Destination
    private let tables: ChunkTables
    private let uuid: String
    private let hasLedger: Bool
    private let mark = UndoMark()

    /// Model → ids of the rows that it has inserted, those aside that only the ledger knows.
    package var inserted: [String: [Int64]] { rows[.inserted] ?? [:] }

    /// Model → ids of rows that were there and took the file's values.
    package var overwritten: [String: [Int64]] { rows[.overwritten] ?? [:] }

    /// Model → ids of rows that were there, or that count so.
    package var existing: [String: [Int64]] { rows[.existing] ?? [:] }

    /// Whether the database holds chunk rows of it.
    package var hasChunks: Bool { !rows.isEmpty }

    /// Whether the ledger has remembered from the beginning what was overwritten and what else was inserted.
    package var isRemembered: Bool { (entry?.format ?? 0) >= 2 }

    package init(
        _ uuid: String, in destination: Destination, _ catalogue: Catalogue
    ) throws(LedgerError) {
        self.uuid = uuid
        self.destination = destination
        do { tables = try ChunkTables(uuid, catalogue) } catch { throw .catalogue(error) }
        do {
            hasLedger = try destination.hasLedger()
            if hasLedger {
                entry = try ImportTable(database: destination.region).entry(uuid)
                alsoInserted = try InsertedTable(database: destination.region, uuid: uuid).all()
            }
            try readChunks()
        } catch {
            throw .storage(error)
        }
    }

    /// If silos are split, the region's copies tell of control chunks whose own rows an undo has removed already.
    private mutating func readChunks() throws(StorageError) {
        for (table, silo) in [(tables.region, Silo.region), (tables.control, .control), (tables.replica, .region)] {
            for chunk in try table.load(from: destination.database(of: silo)) { add(chunk) }
        }
        rows = rows.mapValues { $0.mapValues(Self.ascending) }
    }

    /// Each id once.
    private static func ascending(_ ids: [Int64]) -> [Int64] {
        var last: Int64?
        return ids.sorted().filter { id in
            defer { last = id }
            return id != last
        }
    }

    private mutating func add(_ chunk: ChunkRow) {
        chunks += 1
        for kind in [MappingKind.inserted, .existing, .overwritten] {
            let ids = chunk.mapped.filter { $0.kind == kind }.map(\.newPK)
            if !ids.isEmpty { rows[kind, default: [:]][chunk.model, default: []] += ids }
        }
    }

    /// The images of overwritten rows; nil without a ledger.
    package var before: BeforeTable? { hasLedger ? BeforeTable(database: destination.region, uuid: uuid) : nil }

    // MARK: While it is undone

    /// Before anything is read: waits until no worker that was believed lost can still commit rows of the import.
    package static func awaitLateWorkers(
        of uuid: String, in destination: Destination, _ catalogue: Catalogue
    ) throws(LedgerError) {
        let tables: ChunkTables
        do { tables = try ChunkTables(uuid, catalogue) } catch { throw .catalogue(error) }
        defer { destination.rollback() }
        do {
            for silo in destination.isSplit ? [Silo.control, .region] : [.region] {
                let database = destination.database(of: silo)
                try database.begin()
                _ = try tables.own(silo).count(model: "", in: database)
            }
        } catch {
            throw .storage(error)
        }
    }

    /// In an open transaction: waits until no worker that was believed lost can still write for the import.
    package func awaitLateWorkers(in silo: Silo) throws(StorageError) {
        _ = try tables.own(silo).count(model: "", in: destination.database(of: silo))
    }

    /// In an open transaction, after that: throws unless the undo that has read this is still under way, and marks the entry
    /// anew. Another worker may have ended it, and the import may have begun anew, if Redis has forgotten one of them. Or an
    /// older copy of the database was put back, which has rows that are removed already: it holds an earlier mark.
    package func requireMarked() throws(StorageError) {
        guard let entry else { return }
        let table = ImportTable(database: destination.region)
        guard let current = try table.entry(uuid), let end = current.end, current.ended(.undoing),
            current.beganAt == entry.beganAt
        else { throw StorageError(.leaseLost, "another worker has ended the undo") }
        guard mark.at == nil || mark.at == end.at else {
            throw StorageError(.leaseLost, "the database holds an earlier state of the undo: it begins again")
        }
        let next = ImportEnd(.undoing, reason: end.reason, rows: end.rows, at: max(WallClock.now(), end.at + 1))
        try table.update(id: current.id, end: next)
        mark.at = next.at
    }

    /// Whether another one, read later, has further chunk rows.
    package func isOlder(than other: Footprint) -> Bool { chunks != other.chunks }

    /// From now on no worker takes the import for one that is whole, and none commits rows of it. Throws if the import has gone
    /// on since this was read.
    package func markUndoing(by reason: String) throws(StorageError) {
        guard let entry, let current = try ImportTable(database: destination.region).entry(uuid) else { return }
        if current.ended(.undoing), current.beganAt == entry.beganAt { return }
        // A worker of the import has begun or ended it since.
        guard current == entry else { throw StorageError(.leaseLost, "the import goes on") }
        try end(current, .undoing, reason)
    }

    /// Of an import that is undone already: no worker that has read its entry takes it for free any more.
    package func touch() throws(StorageError) {
        guard let entry, let end = entry.end else { return }
        try self.end(entry, .undone, end.reason)
    }

    /// In the control silo's transaction, before the region's ``forget(_:)``: removes its chunk rows, if silos are split.
    package func forgetControl() throws(StorageError) {
        try destination.control.delete(from: tables.control.table, where: [.equals("import_uuid", .text(uuid))])
    }

    /// In the region's transaction: removes all records of the import but for its entry, which tells that it was undone.
    package func forget(_ reason: String) throws(StorageError) {
        if !destination.isSplit { try forgetControl() }
        for table in [tables.region, tables.replica] {
            try destination.region.delete(from: table.table, where: [.equals("import_uuid", .text(uuid))])
        }
        guard hasLedger else { return }
        let own = OwnTables.standard
        for table in [own.written, own.inserted, own.before, own.notices] {
            try destination.region.delete(from: table, where: [.equals("uuid", .text(uuid))])
        }
        if let entry { try end(entry, .undone, reason) }
    }

    private func end(
        _ entry: ImportEntry, _ outcome: ImportEnd.Outcome, _ reason: String
    ) throws(StorageError) {
        let end = ImportEnd(outcome, reason: reason, rows: entry.end?.rows ?? RowAccount.Counts())
        try ImportTable(database: destination.region).update(id: entry.id, end: end)
    }
}

extension Footprint {
    /// The rows of this import that other imports have matched with theirs.
    ///
    /// - Parameter ids: model → ids of rows of this import
    package func readMatches(
        of ids: [String: IDSet], _ found: (_ uuid: String, _ model: String, _ ids: [Int64]) -> Void
    ) throws(StorageError) {
        let databases: [(ChunkTable, any Database)] =
            [(tables.region, destination.region), (tables.control, destination.control)]
        for (table, database) in databases {
            try table.readOthers(in: database, of: Set(ids.keys)) { uuid, model, matched in
                let own = matched.filter { ids[model]?.contains($0) == true }
                if !own.isEmpty { found(uuid, model, own) }
            }
        }
    }
}

/// When the entry was last marked by this worker's undo; nil before. All copies of a footprint share it.
private final class UndoMark {
    var at: Int64?
}
