package import Catalogue
package import Storage

/// The ids that the rows of a model have got in the destination, or were matched with, by the import that they came with.
package enum ImportedIDs {
    /// Ascending; imports without any are missing.
    package static func read(
        _ model: String, of imports: [String], in destination: Destination, _ catalogue: Catalogue
    ) throws(LedgerError) -> [String: [Int64]] {
        let (silo, tables): (Silo, ChunkTables)
        do throws(CatalogueGap) {
            silo = try catalogue.requireModel(model).silo
            tables = try ChunkTables("", catalogue)
        } catch {
            throw .catalogue(error)
        }
        do throws(StorageError) {
            var found: [String: Set<Int64>] = [:]
            func add(_ table: ChunkTable, _ database: any Database) throws(StorageError) {
                try table.readIDs(of: model, imports: imports, in: database) { found[$0, default: []].formUnion($1) }
            }
            try add(tables.own(silo), destination.database(of: silo))
            // Sentry itself keeps what it has written to the control silo only here in the region.
            if silo == .control { try add(tables.replica, destination.region) }
            return found.mapValues { $0.sorted() }
        } catch {
            throw .storage(error)
        }
    }
}

extension ChunkTable {
    /// Passes the ids of each chunk row on, in pages.
    fileprivate func readIDs(
        of model: String, imports: [String], in database: any Database, _ found: (String, [Int64]) -> Void
    ) throws(StorageError) {
        let query = Select(
            ["import_uuid", "inserted_map", "existing_map", "overwrite_map"], from: table,
            where: [.isIn("import_uuid", imports.map { .text($0) }), .equals("model", .text(model))])
        try database.read(query, pageRows: 100) { rows throws(StorageError) in
            for row in rows {
                for map in row.dropFirst() { found(row[0].text ?? "", try Self.keyMap(map, table.name).map(\.1)) }
            }
        }
    }
}
