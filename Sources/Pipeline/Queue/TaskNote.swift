internal import FoundationEssentials

/// What a relocation's record says of one task: the one at which it failed, or one an operator skipped. Never its
/// payload. It may concern a single row of the task.
// More than eight properties: one per field of the note.
public struct TaskNote: Sendable, Equatable, Codable {
    public var kind: String
    public var name: String
    /// The ordinal of the first row.
    public var minOrdinal: Int64
    public var rows: Int
    /// The row at which the task failed, or the only one that was skipped; nil if it is not known or all are meant.
    public var ordinal: Int64?
    /// The primary key of that row in the file.
    public var sourcePK: Int64?
    /// Who skipped it; nil if it was not skipped.
    public var skippedBy: String?
    /// The host on which that was done.
    public var skippedFrom: String?
    /// When, as ISO-8601 text in UTC.
    public var skippedAt: String?

    private enum CodingKeys: String, CodingKey {
        case kind, minOrdinal, rows, ordinal, skippedBy, skippedFrom, skippedAt
        case name = "model"
        case sourcePK = "pk"
    }

    /// - Parameter row: the row at which the task failed
    public init(_ task: QueueTask, row: RowPlace? = nil, skippedBy: String? = nil, skippedAt: String? = nil) {
        kind = task.kind
        name = task.name
        minOrdinal = task.minOrdinal
        rows = task.rows
        ordinal = row?.ordinal
        sourcePK = row?.sourcePK
        self.skippedBy = skippedBy
        self.skippedAt = skippedAt
    }

    /// Only `row` of the task, which other versions take for a task of one row.
    public init(only row: RowPlace, of task: QueueTask, skippedBy: String, skippedAt: String) {
        self.init(task, row: row, skippedBy: skippedBy, skippedAt: skippedAt)
        minOrdinal = row.ordinal
        rows = 1
    }

    /// The row at which the task failed, or the only one that was skipped.
    public var row: RowPlace? { ordinal.map { RowPlace(model: name, ordinal: $0, sourcePK: sourcePK) } }

    /// Fields that are missing have defaults, those that are not known are passed over.
    public init(from decoder: any Decoder) throws {
        let fields = try decoder.container(keyedBy: CodingKeys.self)
        kind = try fields.decodeIfPresent(String.self, forKey: .kind) ?? ""
        name = try fields.decodeIfPresent(String.self, forKey: .name) ?? ""
        minOrdinal = try fields.decodeIfPresent(Int64.self, forKey: .minOrdinal) ?? 0
        rows = try fields.decodeIfPresent(Int.self, forKey: .rows) ?? 0
        ordinal = try fields.decodeIfPresent(Int64.self, forKey: .ordinal)
        sourcePK = try fields.decodeIfPresent(Int64.self, forKey: .sourcePK)
        skippedBy = try fields.decodeIfPresent(String.self, forKey: .skippedBy)
        skippedFrom = try fields.decodeIfPresent(String.self, forKey: .skippedFrom)
        skippedAt = try fields.decodeIfPresent(String.self, forKey: .skippedAt)
    }

    /// `sentry.user from row 21, 20 rows`; a task that is not a chunk shows its kind: `derive sentry.project`.
    public var text: String {
        if kind == "chunk" || kind == "late" { return "\(name) from row \(minOrdinal), \(rows) rows" }
        return rows == 0 ? "\(kind) \(name)" : "\(kind) \(name), \(rows) rows"
    }

    /// One JSON object.
    public var json: String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        // Texts and whole numbers always encode.
        return (try? encoder.encode(self)).map { String(decoding: $0, as: UTF8.self) } ?? "{}"
    }

    /// Reads the record's text; nil if it is not such a note.
    public init?(json: String) {
        // The caller then shows nothing.
        guard let note = try? JSONDecoder().decode(TaskNote.self, from: Data(json.utf8)) else { return nil }
        self = note
    }
}
