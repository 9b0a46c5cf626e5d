/// Which relocations `find` gives.
// More than eight properties: one per condition.
public struct RelocationQuery: Sendable, Equatable {
    /// How many at most, the newest; nil for all.
    public var limit: Int?
    public var status: RelocationState?
    public var scope: String?
    /// The name of a destination, or a part of the identity of the database that a relocation is bound to.
    public var destination: String?
    /// Enqueued at this time or later: milliseconds since 1970 on Redis' clock.
    public var since: Int64 = 0
    /// Changed at this time or later: milliseconds since 1970 on Redis' clock; 0 for any.
    public var changedSince: Int64 = 0
    /// Whether all that is known is read, or only what a list shows: no counters, options, findings and skipped chunks.
    public var isWhole = true

    /// Only those behind this one; nil begins with the newest.
    package var after: RelocationPlace?
    /// Whether those beyond the limit are counted, which looks at all that there are.
    package var countsMore = true

    public init() {}

    var hasFilter: Bool { status != nil || scope != nil || destination != nil || since > 0 || changedSince > 0 }

    /// As the script takes it.
    var filter: [RedisArgument] {
        [
            .text(status?.rawValue ?? ""), .text(scope ?? ""), .text(destination ?? ""), .integer(since),
            .integer(changedSince),
        ]
    }
}

/// What `find` has found.
public struct FoundRelocations: Sendable, Equatable {
    /// The newest first.
    public var relocations: [RelocationStatus] = []
    /// Older ones beyond the limit.
    public var more = 0
}

/// A relocation's place among all, the newest first. It holds, too, when that one is forgotten.
package struct RelocationPlace: Sendable, Equatable {
    package let uuid: String
    /// Milliseconds since 1970 on Redis' clock.
    package let createdAt: Int64

    package init(uuid: String, createdAt: Int64) {
        self.uuid = uuid
        self.createdAt = createdAt
    }
}
