package import Catalogue
package import Storage

/// Whether a destination takes what an import writes first: a chunk row in each database, which is taken back.
package enum WriteTrial {
    /// Throws the `StorageError` of a database that refuses. Nothing stays: not even an id is consumed.
    package static func run(_ destination: Destination, _ catalogue: Catalogue) throws {
        let tables = try ChunkTables(importUUID, catalogue)
        for silo in destination.isSplit ? [Silo.region, .control] : [.region] {
            try write(into: destination.database(of: silo), tables.own(silo))
        }
    }

    /// Of no import.
    private static let importUUID = "00000000-0000-0000-0000-000000000000"

    private static func write(into database: any Database, _ table: ChunkTable) throws(StorageError) {
        try database.begin()
        defer { database.rollback() }
        var chunk = ChunkRow(model: "relocation.check", minOrdinal: 1)
        chunk.rowsWritten = 1
        // No sequence gives such an id.
        try table.insert(chunk, ChunkTexts(chunk), .alone, id: -1, now: WallClock.now(), into: database)
    }
}
