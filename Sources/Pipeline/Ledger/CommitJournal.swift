import Catalogue
package import Storage

/// Two databases cannot commit at once: where one transaction spans both silos, a worker may be lost between the
/// control silo's commit and the region's. So that the region can be written again to fit, the control silo's
/// transaction carries a copy of the region's chunk rows, under the region's models, until the region has committed:
/// whoever takes over gives the region's rows the ids that the control silo refers to already.
package struct CommitJournal {
    private let importUUID: String
    private let destination: Destination

    /// Region rows lost with their transaction: model → source key → the id they must have.
    package private(set) var plannedIDs: [String: [Int64: Int64]] = [:]
    /// Keys of the chunk rows copied.
    package private(set) var keys: Set<String> = []

    private static let table = ChunkTable.own(.control)

    package init(_ importUUID: String, _ destination: Destination) {
        self.importUUID = importUUID
        self.destination = destination
    }

    /// Takes a chunk row of the control silo that is a copy of a region's. Its rows are planned where the region has
    /// no such chunk row itself.
    package mutating func adopt(_ row: ChunkRow, isWritten: Bool) {
        keys.insert(row.key)
        guard !isWritten else { return }
        for entry in row.mapped where entry.kind == .inserted {
            plannedIDs[row.model, default: [:]][entry.sourcePK] = entry.newPK
        }
    }

    /// Copies the region's chunk rows, in the transaction that is about to commit.
    package mutating func write(now: Int64) throws(StorageError) {
        for row in try ChunkTable.own(.region).load(importUUID, from: destination.region) {
            guard keys.insert(row.key).inserted else { continue }
            let id = try destination.control.reserveIDs(1, for: Self.table.table)[0]
            try Self.table.insert(
                row, ChunkTexts(row), id: id, importUUID: importUUID, now: now, into: destination.control)
        }
    }

    /// Removes the copies: the region holds everything itself.
    package mutating func clear() throws(StorageError) {
        guard !keys.isEmpty else { return }
        try destination.control.delete(
            from: Self.table.table,
            where: [.equals("import_uuid", .text(importUUID)), .isIn("model", Self.regionModels)])
        keys = []
        plannedIDs = [:]
    }

    package static func isCopy(_ row: ChunkRow) -> Bool { Catalogue.standard.model(row.model)?.silo == .region }

    private static let regionModels = Catalogue.standard.models.filter { $0.silo == .region }
        .map { Value.text($0.name) }
}
