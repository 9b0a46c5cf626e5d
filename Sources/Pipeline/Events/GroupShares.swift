import EventFormat
import Storage

/// What files have told of the destination's groups: how often each was seen in its source. Such a group does not count the
/// events that come with relocations: its source has counted them. It lives with its connection.
final class GroupShares {
    private let ledger: EventLedger
    /// Ids of the ledger's rows that were read, in their order.
    private var known: [Int64] = []
    /// Group → its id in the source → how often it was seen there.
    private var seen: [Int64: [Int64: Int64]] = [:]

    init(_ ledger: EventLedger) { self.ledger = ledger }

    /// Reads what the ledger has gained; all of it, if an undo has removed some.
    func refresh() throws(StorageError) {
        let rows = try ledger.groupChunkRows()
        if Set(known).isSubset(of: rows) == false {
            known = []
            seen = [:]
        }
        let new = Set(rows).subtracting(known).sorted()
        for share in try ledger.shares(inRows: new) { add(share) }
        known += new
    }

    func add(_ share: GroupShare) { seen[share.group, default: [:]][share.source] = share.timesSeen }

    /// The transaction was rolled back: what was added in it is not so.
    func rolledBack() {
        known = []
        seen = [:]
    }

    func contains(_ group: Int64) -> Bool { seen[group] != nil }

    /// How often files say that a group was seen; nil if none tells of it.
    func total(of group: Int64) -> Int64? { seen[group].map { $0.values.reduce(0, +) } }

    /// How much of what a line says of a group files have said before; nil if none tells of the group.
    func share(of line: GroupLine, in group: Int64) -> Int64? { seen[group].map { $0[line.id] ?? 0 } }
}

/// What one line of a file of groups has made of a group.
package struct GroupShare: Sendable, Equatable {
    /// The line's place in its chunk.
    package let place: Int
    package let project: Int64
    /// In the destination.
    package let group: Int64
    /// Its id in the source.
    package let source: Int64
    package let timesSeen: Int64
    /// Whether the relocation has made the group.
    package let isNew: Bool
}
