package import Catalogue
package import Storage

internal import Foundation

/// The record of one written chunk: the idempotency key of an import and the stored part of its primary-key map.
package struct ChunkRow {
    package var model: String
    package var minOrdinal: Int64
    /// Rows written, repeated source keys counted as often as they were written.
    package var rowsWritten: Int64
    package var minSourcePK: Int64
    package var maxSourcePK: Int64
    package var minInsertedPK: Int64?
    package var maxInsertedPK: Int64?
    /// Source key → destination key and kind, in the order written.
    package var mapped: [(sourcePK: Int64, newPK: Int64, kind: MappingKind)]
    /// Source key → slug of an inserted row.
    package var identifiers: [Int64: String]

    /// A chunk of which no row is written yet.
    package init(model: String, minOrdinal: Int64) {
        self.model = model
        self.minOrdinal = minOrdinal
        rowsWritten = 0
        minSourcePK = 0
        maxSourcePK = 0
        mapped = []
        identifiers = [:]
    }

    /// What tells chunk rows of one import apart.
    package var key: String { Self.key(model, minOrdinal) }

    package static func key(_ model: String, _ minOrdinal: Int64) -> String { "\(model)|\(minOrdinal)" }
}

/// Reads and writes chunk rows of one table.
package struct ChunkTable {
    package let table: Table

    package static func own(_ silo: Silo) -> ChunkTable {
        switch silo {
        case .control: named("sentry_controlimportchunk")
        case .region: named("sentry_regionimportchunk")
        }
    }

    /// The region's copies of the control silo's chunk rows.
    package static let replica = named("sentry_controlimportchunkreplica")

    private static func named(_ name: String) -> ChunkTable {
        guard let table = Catalogue.standard.otherTables.first(where: { $0.name == name }) else {
            preconditionFailure("the catalogue lacks \(name)")
        }
        return ChunkTable(table: table)
    }

    private static let columns = [
        "model", "min_ordinal", "max_ordinal", "min_source_pk", "max_source_pk", "min_inserted_pk", "max_inserted_pk",
        "inserted_map", "existing_map", "overwrite_map", "inserted_identifiers",
    ]

    /// The chunk rows of an import, or of one model of it.
    package func load(
        _ importUUID: String, from database: any Database, model: String? = nil
    ) throws(StorageError) -> [ChunkRow] {
        var conditions = [Condition.equals("import_uuid", .text(importUUID))]
        if let model { conditions.append(.equals("model", .text(model))) }
        let rows = try database.select(Select(Self.columns, from: table, where: conditions))
        var out: [ChunkRow] = []
        for row in rows { out.append(try Self.chunkRow(row, table.name)) }
        return out
    }

    /// How many chunk rows of one model an import has, seen while no other transaction of the import can add one.
    package func count(_ importUUID: String, model: String, in database: any Database) throws(StorageError) -> Int {
        try database.count(
            table, where: [.equals("import_uuid", .text(importUUID)), .equals("model", .text(model))],
            alone: "relocation \(importUUID)")
    }

    private static func chunkRow(_ values: [Value], _ table: String) throws(StorageError) -> ChunkRow {
        let minOrdinal = values[1].integer ?? 0
        var mapped: [(sourcePK: Int64, newPK: Int64, kind: MappingKind)] = []
        for (position, kind) in [(7, MappingKind.inserted), (8, .existing), (9, .overwritten)] {
            let map: [String: Int64] = try decode(values[position], table)
            for (source, new) in map {
                guard let source = Int64(source) else { throw malformed(table) }
                mapped.append((source, new, kind))
            }
        }
        // In the order in which rows were written, most likely: the map is small then.
        mapped.sort { $0.sourcePK < $1.sourcePK }
        var identifiers: [Int64: String] = [:]
        let slugs: [String: String] = try decode(values[10], table)
        for (source, slug) in slugs {
            guard let source = Int64(source) else { throw malformed(table) }
            identifiers[source] = slug
        }
        var chunk = ChunkRow(model: values[0].text ?? "", minOrdinal: minOrdinal)
        chunk.rowsWritten = (values[2].integer ?? 0) - minOrdinal + 1
        chunk.minSourcePK = values[3].integer ?? 0
        chunk.maxSourcePK = values[4].integer ?? 0
        chunk.minInsertedPK = values[5].integer
        chunk.maxInsertedPK = values[6].integer
        chunk.mapped = mapped
        chunk.identifiers = identifiers
        return chunk
    }

    private static func decode<Item: Decodable>(_ value: Value, _ table: String) throws(StorageError) -> [String: Item]
    {
        do {
            return try JSONDecoder().decode([String: Item].self, from: Data((value.text ?? "{}").utf8))
        } catch {
            throw malformed(table)
        }
    }

    private static func malformed(_ table: String) -> StorageError {
        StorageError(.other, "a chunk row of this import in \(table) cannot be read", table: table)
    }

    /// Writes a chunk row; a unique violation means that another worker was faster.
    package func insert(
        _ chunk: ChunkRow, _ texts: ChunkTexts, id: Int64, importUUID: String, now: Int64, into database: any Database,
        ignoringConflicts: Bool = false, judging: Bool = false
    ) throws(StorageError) {
        let values: [Value] =
            [
                .integer(id), .timestamp(now), .timestamp(now), .text(importUUID), .text(chunk.model),
                .integer(chunk.minOrdinal), .integer(chunk.minOrdinal + chunk.rowsWritten - 1),
                .integer(chunk.minSourcePK), .integer(chunk.maxSourcePK),
                chunk.minInsertedPK.map { .integer($0) } ?? .null, chunk.maxInsertedPK.map { .integer($0) } ?? .null,
                .text(texts.inserted), .text(texts.existing), .text(texts.overwritten), .text(texts.identifiers),
            ]
        let columns = ["id", "date_updated", "date_added", "import_uuid"] + Self.columns
        try database.insert(
            Insert(
                into: table, columns: columns, rows: [values], ignoringConflicts: ignoringConflicts,
                checksConstraints: judging))
    }
}
