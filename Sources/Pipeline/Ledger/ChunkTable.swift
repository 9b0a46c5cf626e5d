package import Catalogue
package import Storage

internal import Foundation

/// The tables that hold an import's chunk rows.
package struct ChunkTables: Sendable {
    package let region: ChunkTable
    package let control: ChunkTable
    /// The region's copies of the control silo's chunk rows.
    package let replica: ChunkTable

    package init(_ importUUID: String, _ catalogue: Catalogue) throws(CatalogueGap) {
        region = ChunkTable(
            table: try catalogue.requireTable("sentry_regionimportchunk"), importUUID: importUUID)
        control = ChunkTable(
            table: try catalogue.requireTable("sentry_controlimportchunk"), importUUID: importUUID)
        replica = ChunkTable(
            table: try catalogue.requireTable("sentry_controlimportchunkreplica"), importUUID: importUUID)
    }

    package func own(_ silo: Silo) -> ChunkTable {
        switch silo {
        case .region: region
        case .control: control
        }
    }
}

/// Reads and writes chunk rows of one table.
package struct ChunkTable: Sendable {
    package let table: Table
    /// The import whose rows are read and written.
    let importUUID: String

    private static let columns = [
        "model", "min_ordinal", "max_ordinal", "min_source_pk", "max_source_pk", "min_inserted_pk", "max_inserted_pk",
        "inserted_map", "existing_map", "overwrite_map", "inserted_identifiers",
    ]

    /// The chunk rows of an import, or of one model of it.
    package func load(
        from database: any Database, model: String? = nil
    ) throws(StorageError) -> [ChunkRow] {
        var conditions = [Condition.equals("import_uuid", .text(importUUID))]
        if let model { conditions.append(.equals("model", .text(model))) }
        let rows = try database.select(Select(Self.columns, from: table, where: conditions))
        var out: [ChunkRow] = []
        for row in rows { out.append(try Self.chunkRow(row, table.name)) }
        return out
    }

    /// How many chunk rows of one model an import has. No other transaction of the import can add one meanwhile.
    package func count(model: String, in database: any Database) throws(StorageError) -> Int {
        try database.count(
            table, where: [.equals("import_uuid", .text(importUUID)), .equals("model", .text(model))],
            alone: "relocation \(importUUID)")
    }

    /// The rows that other imports have matched with rows that were there: import, model, their ids. Reads in pages.
    func readOthers(
        in database: any Database, of models: Set<String>, _ found: (String, String, [Int64]) -> Void
    ) throws(StorageError) {
        let query = Select(["import_uuid", "model", "existing_map", "overwrite_map"], from: table)
        try database.read(query, pageRows: 100) { rows throws(StorageError) in
            for row in rows {
                guard let uuid = row[0].text, uuid != importUUID, let model = row[1].text, models.contains(model) else {
                    continue
                }
                let matched = try Self.keyMap(row[2], table.name) + Self.keyMap(row[3], table.name)
                if !matched.isEmpty { found(uuid, model, matched.map(\.1)) }
            }
        }
    }

    private static func chunkRow(_ values: [Value], _ table: String) throws(StorageError) -> ChunkRow {
        let minOrdinal = values[1].integer ?? 0
        var chunk = ChunkRow(model: values[0].text ?? "", minOrdinal: minOrdinal)
        // Another program may have written other bounds: only the maps below are relied on.
        chunk.rowsWritten = max((values[2].integer ?? 0).subtractingReportingOverflow(minOrdinal).partialValue &+ 1, 0)
        chunk.minSourcePK = values[3].integer ?? 0
        chunk.maxSourcePK = values[4].integer ?? 0
        chunk.minInsertedPK = values[5].integer
        chunk.maxInsertedPK = values[6].integer
        for (position, kind) in [(7, MappingKind.inserted), (8, .existing), (9, .overwritten)] {
            let map = try keyMap(values[position], table)
            chunk.mapped += map.map { (sourcePK: $0.0, newPK: $0.1, kind: kind) }
        }
        // Most likely the order in which rows were written, which keeps the map small.
        chunk.mapped.sort { $0.sourcePK < $1.sourcePK }
        let slugs: [(Int64, String)] = try decode(values[10], table)
        for (sourcePK, slug) in slugs { chunk.identifiers[sourcePK] = slug }
        return chunk
    }

    /// Source keys and destination keys.
    static func keyMap(_ value: Value, _ table: String) throws(StorageError) -> [(Int64, Int64)] {
        if let map = value.text.flatMap(IntegerMap.read) { return map }
        return try decode(value, table)
    }

    /// Reads a JSON object whose keys are source keys.
    private static func decode<Item: Decodable>(
        _ value: Value, _ table: String
    ) throws(StorageError) -> [(Int64, Item)] {
        do {
            let object = try JSONDecoder().decode([String: Item].self, from: Data((value.text ?? "{}").utf8))
            return try object.map { source, item in
                guard let source = Int64(source) else { throw malformed(table) }
                return (source, item)
            }
        } catch {
            throw malformed(table)
        }
    }

    private static func malformed(_ table: String) -> StorageError {
        StorageError(.other, "a chunk row of this import in \(table) cannot be read", table: table)
    }

    /// Removes one chunk row.
    func delete(_ chunk: ChunkRow, from database: any Database) throws(StorageError) {
        try database.delete(
            from: table,
            where: [
                .equals("import_uuid", .text(importUUID)), .equals("model", .text(chunk.model)),
                .equals("min_ordinal", .integer(chunk.minOrdinal)),
            ])
    }

    /// How a chunk row is written.
    package enum Writing {
        /// A unique violation means that another worker was faster.
        case alone
        /// The same, and deferred constraints are checked with it: after a transaction of several chunks it would be
        /// unknown whose rows broke them.
        case checkingConstraints
        /// A row that is there already stays.
        case unlessPresent
    }

    /// Writes a chunk row.
    package func insert(
        _ chunk: ChunkRow, _ texts: ChunkTexts, _ writing: Writing, id: Int64, now: Int64, into database: any Database
    ) throws(StorageError) {
        let values: [Value] =
            [
                .integer(id), .timestamp(now), .timestamp(now), .text(importUUID), .text(chunk.model),
                .integer(chunk.minOrdinal), .integer(chunk.maxOrdinal),
                .integer(chunk.minSourcePK), .integer(chunk.maxSourcePK),
                chunk.minInsertedPK.map { .integer($0) } ?? .null, chunk.maxInsertedPK.map { .integer($0) } ?? .null,
                .text(texts.inserted), .text(texts.existing), .text(texts.overwritten), .text(texts.identifiers),
            ]
        let columns = ["id", "date_updated", "date_added", "import_uuid"] + Self.columns
        try database.insert(
            Insert(
                into: table, columns: columns, rows: [values], ignoringConflicts: writing == .unlessPresent,
                checksConstraints: writing == .checkingConstraints))
    }
}
