/// How a source row found its destination row.
public enum MappingKind: Sendable, Hashable {
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

    private var models: [String: ModelKeyMap] = [:]
    private var identifiers: [String: [Int64: String]] = [:]
    /// Destination keys of the models whose rules ask which stored rows this import has inserted.
    private var claimed: [String: IDSet] = ["sentry.user": IDSet()]

    public init() {}

    public subscript(model: String, sourcePK: Int64) -> Entry? { models[model]?[sourcePK] }

    /// All entries of a model, for many look-ups.
    package func entries(of model: String) -> ModelKeyMap { models[model] ?? ModelKeyMap() }

    /// Adds entries in the order in which they were written. If a source key occurs twice, the last entry counts.
    package mutating func insert(
        _ model: String, _ entries: [(sourcePK: Int64, newPK: Int64, kind: MappingKind)], earlier: Bool
    ) {
        var keys = models.removeValue(forKey: model) ?? ModelKeyMap()
        for entry in entries {
            keys.insert(entry.sourcePK, Entry(newPK: entry.newPK, kind: entry.kind, isEarlier: earlier))
        }
        models[model] = keys
        if var ids = claimed.removeValue(forKey: model) {
            for entry in entries where entry.kind == .inserted { ids.insert(entry.newPK) }
            claimed[model] = ids
        }
    }

    /// This map with other entries for one model.
    package func replacing(_ model: String, with other: ModelKeyMap) -> PrimaryKeyMap {
        var map = self
        map.models[model] = other
        return map
    }

    /// Whether this import inserted the destination row; known for `sentry.user` only.
    package func claims(_ newPK: Int64, of model: String) -> Bool { claimed[model]?.contains(newPK) ?? false }

    /// The slug an inserted row was given.
    package mutating func setIdentifier(_ model: String, _ sourcePK: Int64, _ slug: String) {
        identifiers[model, default: [:]][sourcePK] = slug
    }

    package func identifier(_ model: String, _ sourcePK: Int64) -> String? { identifiers[model]?[sourcePK] }

    /// Destination keys of a model, ascending and without repetition.
    public func newPKs(of model: String, kinds: Set<MappingKind> = [.inserted]) -> [Int64] {
        models[model]?.newPKs(of: kinds) ?? []
    }

    public var isEmpty: Bool { models.isEmpty }

    /// Number of mapped source keys.
    public var count: Int { models.values.reduce(0) { $0 + $1.count } }
}

extension PrimaryKeyMap {
    /// Adds what a chunk row holds.
    mutating func insert(_ chunk: ChunkRow, earlier: Bool) {
        insert(chunk.model, chunk.mapped, earlier: earlier)
        for (sourcePK, slug) in chunk.identifiers { setIdentifier(chunk.model, sourcePK, slug) }
    }
}
