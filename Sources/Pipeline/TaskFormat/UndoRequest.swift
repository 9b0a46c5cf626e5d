internal import Foundation

/// What an operator wants undone. The enqueuer writes it into the relocation's record, the worker reads it.
public struct UndoRequest: Sendable, Equatable, Codable {
    /// A row of somebody else's that goes too.
    public struct CascadeRow: Sendable, Hashable, Codable {
        public let table: String
        public let id: Int64

        public init(table: String, id: Int64) {
            self.table = table
            self.id = id
        }
    }

    /// Rows that one request may name.
    public static let cascadeLimit = 1_000

    /// Who asks: a name and a host.
    public var by: String
    /// Whether only the counts are wanted.
    public var isDryRun: Bool
    public var cascade: [CascadeRow]

    public init(by: String, isDryRun: Bool = false, cascade: [CascadeRow] = []) {
        self.by = by
        self.isDryRun = isDryRun
        self.cascade = cascade
    }

    /// Records outlive a version: missing fields get their defaults, unknown fields are ignored.
    public init(from decoder: any Decoder) throws {
        let fields = try decoder.container(keyedBy: CodingKeys.self)
        by = try fields.decodeIfPresent(String.self, forKey: .by) ?? ""
        isDryRun = try fields.decodeIfPresent(Bool.self, forKey: .isDryRun) ?? false
        cascade = try fields.decodeIfPresent([CascadeRow].self, forKey: .cascade) ?? []
    }

    /// For the record.
    public var json: String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = .sortedKeys
        // Texts and whole numbers always encode.
        return (try? encoder.encode(self)).map { String(decoding: $0, as: UTF8.self) } ?? "{}"
    }

    /// nil for a text that is no such request.
    public init?(json: String) {
        // The caller reports an unreadable record, because it knows the relocation.
        guard let request = try? JSONDecoder().decode(UndoRequest.self, from: Data(json.utf8)) else { return nil }
        self = request
    }
}

extension UndoRequest.CascadeRow {
    /// Reads `table:id,table:id`; nil if it is something else.
    public static func list(_ text: String) -> [UndoRequest.CascadeRow]? {
        var rows: [UndoRequest.CascadeRow] = []
        for item in text.split(separator: ",", omittingEmptySubsequences: false) {
            let parts = item.trimmingCharacters(in: .whitespaces).split(
                separator: ":", omittingEmptySubsequences: false)
            guard parts.count == 2, !parts[0].isEmpty, let id = Int64(parts[1]) else { return nil }
            rows.append(UndoRequest.CascadeRow(table: String(parts[0]), id: id))
        }
        return rows
    }
}
