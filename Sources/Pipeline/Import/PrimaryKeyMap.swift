/// How a source row found its row in the destination.
public enum MappingKind: UInt8, Sendable {
    case inserted, existing, overwritten
}

/// Source primary key → destination primary key, for each model: how references are rewritten. Rebuilt from the chunk
/// rows whenever a worker takes a relocation over.
public struct PrimaryKeyMap: Sendable {
    public struct Entry: Sendable, Equatable {
        public let newPK: Int64
        public let kind: MappingKind
        /// Whether a chunk row already held it when this worker took the relocation over.
        public let isEarlier: Bool
    }

    private var entries: [String: [Int64: Entry]] = [:]
    private var identifiers: [String: [Int64: String]] = [:]
    /// Destination keys of the models whose rules ask which stored rows this import has inserted.
    private var claimed: [String: Set<Int64>] = ["sentry.projectkey": [], "sentry.user": []]

    public init() {}

    public subscript(model: String, sourcePK: Int64) -> Entry? {
        entries[model]?[sourcePK]
    }

    /// All entries of a model, to rewrite one column of many rows.
    func entries(of model: String) -> [Int64: Entry] { entries[model] ?? [:] }

    /// This map with other entries for one model.
    func replacing(_ model: String, with other: [Int64: Entry]) -> PrimaryKeyMap {
        var map = self
        map.entries[model] = other
        return map
    }

    mutating func insert(_ model: String, _ sourcePK: Int64, _ newPK: Int64, _ kind: MappingKind, earlier: Bool) {
        entries[model, default: [:]][sourcePK] = Entry(newPK: newPK, kind: kind, isEarlier: earlier)
        if kind == .inserted { claimed[model]?.insert(newPK) }
    }

    /// Whether this import inserted the destination row; kept for `sentry.projectkey` and `sentry.user` only.
    func claims(_ newPK: Int64, of model: String) -> Bool { claimed[model]?.contains(newPK) ?? false }

    /// The slug an inserted row was given.
    mutating func setIdentifier(_ model: String, _ sourcePK: Int64, _ slug: String) {
        identifiers[model, default: [:]][sourcePK] = slug
    }

    func identifier(_ model: String, _ sourcePK: Int64) -> String? { identifiers[model]?[sourcePK] }

    /// Destination keys of a model, ascending and without repetition.
    public func newPKs(of model: String, kinds: Set<MappingKind> = [.inserted]) -> [Int64] {
        Set((entries[model] ?? [:]).values.lazy.filter { kinds.contains($0.kind) }.map(\.newPK)).sorted()
    }

    /// Number of mapped source keys.
    public var count: Int { entries.values.reduce(0) { $0 + $1.count } }
}
