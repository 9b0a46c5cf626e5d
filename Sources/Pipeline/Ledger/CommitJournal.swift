import Catalogue
import Storage

/// Two databases cannot commit at once. If one transaction spans both silos, a worker may be lost after the control
/// silo's commit and before the region's. The control silo's transaction therefore carries a copy of the region's
/// chunk rows, under the region's models, until the region has committed. From the copy the next worker gives the
/// region's rows the ids that the control silo already refers to.
struct CommitJournal {
    private let destination: Destination
    private let tables: ChunkTables
    /// Models of the region.
    private let regionModels: Set<String>

    /// Region rows lost with their transaction: model → source key → the id they must have.
    private(set) var plannedIDs: [String: [Int64: Int64]] = [:]
    /// Keys of the chunk rows copied.
    private var keys: Set<String> = []

    init(_ destination: Destination, _ tables: ChunkTables, _ catalogue: Catalogue) {
        self.destination = destination
        self.tables = tables
        regionModels = Set(catalogue.models.filter { $0.silo == .region }.map(\.name))
    }

    /// Whether a chunk row of the control silo is a copy of a region's.
    func isCopy(_ row: ChunkRow) -> Bool { regionModels.contains(row.model) }

    /// Takes a copy. Its rows are planned if the region has no such chunk row itself.
    mutating func adopt(_ row: ChunkRow, isWritten: Bool) {
        keys.insert(row.key)
        guard !isWritten else { return }
        for entry in row.mapped where entry.kind == .inserted {
            plannedIDs[row.model, default: [:]][entry.sourcePK] = entry.newPK
        }
    }

    /// Copies the region's chunk rows, in the transaction that is about to commit.
    mutating func write(now: Int64) throws(StorageError) {
        for row in try tables.region.load(from: destination.region) {
            guard keys.insert(row.key).inserted else { continue }
            for id in try destination.control.reserveIDs(1, for: tables.control.table) {
                try tables.control.insert(row, ChunkTexts(row), .alone, id: id, now: now, into: destination.control)
            }
        }
    }

    /// Removes the copies: the region holds everything itself.
    mutating func clear() throws(StorageError) {
        guard !keys.isEmpty else { return }
        try destination.control.delete(
            from: tables.control.table,
            where: [
                .equals("import_uuid", .text(tables.control.importUUID)),
                .isIn("model", regionModels.sorted().map { .text($0) }),
            ])
        keys = []
        plannedIDs = [:]
    }
}
