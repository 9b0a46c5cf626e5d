internal import FoundationEssentials

/// What an undo removes, restores and meets: told by a worker, shown to people.
public struct UndoSummary: Sendable, Equatable, Codable {
    /// Rows of one table.
    public struct Counts: Sendable, Equatable, Codable {
        public var removed = 0
        /// Rows that get the values back that they had before the import.
        public var restored = 0
        /// Rows that stay, because somebody else uses them too, or nobody knows whether they were there before.
        public var kept = 0

        public init() {}
    }

    /// Rows of others that refer to rows that would be removed.
    public struct Blocker: Sendable, Equatable, Codable {
        /// The table that refers; `import UUID` for a later import that has matched its rows with these.
        public var table: String
        /// Empty for an import.
        public var column: String
        /// The table that is referred to.
        public var target: String
        public var rows = 0
        /// The ids of the first ones; of an import, those that it has matched. Empty if the table has no ids.
        public var ids: [Int64] = []

        public init(table: String, column: String, target: String) {
            self.table = table
            self.column = column
            self.target = target
        }
    }

    /// Table → rows.
    public var tables: [String: Counts] = [:]
    public var blockers: [Blocker] = []
    /// Rows that there are to remove, as far as is known before.
    public var total = 0

    public init() {}

    public mutating func count(_ table: String, _ add: (inout Counts) -> Void) {
        add(&tables[table, default: Counts()])
    }

    public mutating func add(_ other: UndoSummary) {
        for (table, counts) in other.tables {
            count(table) {
                $0.removed.addSaturated(counts.removed)
                $0.restored.addSaturated(counts.restored)
                $0.kept.addSaturated(counts.kept)
            }
        }
        total.addSaturated(other.total)
    }

    /// All tables together.
    public var totals: Counts {
        tables.values.reduce(into: Counts()) { sum, counts in
            sum.removed.addSaturated(counts.removed)
            sum.restored.addSaturated(counts.restored)
            sum.kept.addSaturated(counts.kept)
        }
    }

    /// For the record in Redis.
    public var json: String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = .sortedKeys
        // Texts and whole numbers always encode.
        return (try? encoder.encode(self)).map { String(decoding: $0, as: UTF8.self) } ?? "{}"
    }

    /// nil for a text of another form.
    public init?(json: String) {
        // The caller shows less then.
        guard let summary = try? JSONDecoder().decode(UndoSummary.self, from: Data(json.utf8)) else { return nil }
        self = summary
    }
}

extension UndoSummary.Blocker {
    /// `3 rows of sentry_userip (user_id → auth_user): 4, 5, 6`
    public var words: String {
        let noun = rows == 1 ? "row" : "rows"
        let shown =
            ids.isEmpty ? "" : ": " + ids.map(String.init).joined(separator: ", ") + (rows > ids.count ? ", …" : "")
        return column.isEmpty
            ? "\(table) has matched \(rows) \(noun) of \(target)\(shown)"
            : "\(rows) \(noun) of \(table) (\(column) → \(target))\(shown)"
    }
}
