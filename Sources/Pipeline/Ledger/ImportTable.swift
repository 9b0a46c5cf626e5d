import Catalogue
import Storage

internal import FoundationEssentials

/// Reads and writes the ledger's rows of relocations.
struct ImportTable {
    let database: any Database

    private static var table: Table { OwnTables.standard.imports }
    /// Without the columns that a newer version may have added.
    private static let columns = table.columns.map(\.name)
    private static let endColumns = ["ended_at", "outcome", "reason", "rows"]

    func entry(_ uuid: String) throws(StorageError) -> ImportEntry? {
        try entries([.equals("uuid", .text(uuid))]).first
    }

    /// In the order in which they began.
    func entries(_ conditions: [Condition] = []) throws(StorageError) -> [ImportEntry] {
        try database.select(Select(Self.columns, from: Self.table, where: conditions)).map(Self.entry)
    }

    private static func entry(_ values: [Value]) -> ImportEntry {
        let row = Dictionary(zip(columns, values), uniquingKeysWith: { first, _ in first })
        func text(_ name: String) -> String { row[name]?.text ?? "" }
        func integer(_ name: String) -> Int64 { row[name]?.integer ?? 0 }
        var origin = ImportOrigin()
        origin.scope = text("scope")
        origin.options = text("options")
        origin.fileName = text("file_name")
        origin.digest = text("digest")
        origin.rowsSource = integer("rows_source")
        origin.enqueuedBy = text("enqueued_by")
        origin.enqueuedAt = row["enqueued_at"]?.timestamp
        origin.toolVersion = text("tool_version")
        origin.worker = text("worker")
        let end = row["ended_at"]?.timestamp.map {
            ImportEnd(outcome: text("outcome"), reason: text("reason"), rows: RowCounts.read(text("rows")), at: $0)
        }
        return ImportEntry(
            id: integer("id"), format: integer("format"), uuid: text("uuid"), origin: origin,
            beganAt: row["began_at"]?.timestamp ?? 0, end: end,
            replaced: text("replaced"))
    }

    /// Writes the row of a relocation that begins. One that is there already stays.
    func insert(_ uuid: String, _ origin: ImportOrigin, beganAt: Int64, end: ImportEnd?) throws(StorageError) {
        let values = [.text(uuid)] + Self.values(of: origin, beganAt: beganAt) + Self.values(of: end)
        try database.insert(
            Insert(
                into: Self.table, columns: ["uuid"] + Self.originColumns + Self.endColumns, rows: [values],
                ignoringConflicts: true))
    }

    private static let originColumns = [
        "format", "scope", "options", "file_name", "digest", "rows_source", "enqueued_by", "enqueued_at",
        "tool_version", "worker", "began_at",
    ]

    private static func values(of origin: ImportOrigin, beganAt: Int64) -> [Value] {
        [
            .integer(OwnTables.format), .text(origin.scope), .text(origin.options), .text(origin.fileName),
            .text(origin.digest), .integer(origin.rowsSource), .text(origin.enqueuedBy),
            origin.enqueuedAt.map { .timestamp($0) } ?? .null, .text(origin.toolVersion), .text(origin.worker),
            .timestamp(beganAt),
        ]
    }

    /// Writes which file a relocation goes on with.
    func update(_ entry: ImportEntry, replacedBy origin: ImportOrigin) throws(StorageError) {
        let values: [Value] = [
            .integer(entry.id), .text(origin.options), .text(origin.fileName), .text(origin.digest),
            .integer(origin.rowsSource), .text(origin.enqueuedBy), origin.enqueuedAt.map { .timestamp($0) } ?? .null,
            .text(origin.toolVersion), .text(ReplacedFiles.text(entry.replaced, adding: entry.origin)),
        ]
        let columns = [
            "options", "file_name", "digest", "rows_source", "enqueued_by", "enqueued_at", "tool_version", "replaced",
        ]
        try database.update(Update(Self.table, set: columns, rows: [values]))
    }

    /// Begins an entry anew: what the relocation had brought before was undone.
    func restart(_ entry: ImportEntry, _ origin: ImportOrigin, beganAt: Int64) throws(StorageError) {
        try database.update(
            Update(
                Self.table, set: Self.originColumns + Self.endColumns,
                rows: [[.integer(entry.id)] + Self.values(of: origin, beganAt: beganAt) + Self.values(of: nil)]))
    }

    /// Writes how a relocation ended; nil: it goes on.
    func update(id: Int64, end: ImportEnd?) throws(StorageError) {
        try database.update(Update(Self.table, set: Self.endColumns, rows: [[.integer(id)] + Self.values(of: end)]))
    }

    private static func values(of end: ImportEnd?) -> [Value] {
        guard let end else { return [.null, .null, .null, .null] }
        return [.timestamp(end.at), .text(end.outcome), .text(end.reason), .text(RowCounts.text(end.rows))]
    }
}

/// What became of a relocation's rows, as JSON in one column.
private struct RowCounts: Codable {
    var inserted: Int?
    var existing: Int?
    var overwritten: Int?
    var dropped: [String: Int]?

    static func text(_ counts: RowAccount.Counts) -> String {
        let all = RowCounts(
            inserted: counts.inserted, existing: counts.existing, overwritten: counts.overwritten,
            dropped: counts.dropped)
        let encoder = JSONEncoder()
        encoder.outputFormatting = .sortedKeys
        // Texts and whole numbers always encode.
        return (try? encoder.encode(all)).map { String(decoding: $0, as: UTF8.self) } ?? "{}"
    }

    /// What can be read of it.
    static func read(_ text: String) -> RowAccount.Counts {
        // Another version may have written another form.
        let found = try? JSONDecoder().decode(RowCounts.self, from: Data(text.utf8))
        var counts = RowAccount.Counts()
        counts.inserted = found?.inserted ?? 0
        counts.existing = found?.existing ?? 0
        counts.overwritten = found?.overwritten ?? 0
        counts.dropped = found?.dropped ?? [:]
        return counts
    }
}

/// The files that others have replaced, as JSON in one column.
private enum ReplacedFiles {
    private struct File: Codable {
        var file: String?
        var digest: String?
        var enqueuedBy: String?
        /// Microseconds since 1970 UTC.
        var enqueuedAt: Int64?
    }

    static func text(_ earlier: String, adding origin: ImportOrigin) -> String {
        // Another version may have written another form.
        let files = (try? JSONDecoder().decode([File].self, from: Data(earlier.utf8))) ?? []
        let last = File(
            file: origin.fileName, digest: origin.digest, enqueuedBy: origin.enqueuedBy,
            enqueuedAt: origin.enqueuedAt)
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        // Texts and whole numbers always encode.
        return (try? encoder.encode(files + [last])).map { String(decoding: $0, as: UTF8.self) } ?? "[]"
    }
}
