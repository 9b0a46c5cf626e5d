import Catalogue
import Ledger

/// Builds the decisions on rows that update the row of the same key, which is stored or comes earlier in the chunk. A
/// row whose key is free is inserted.
struct Upsert<Key: Hashable> {
    private(set) var decisions: Decisions
    private var targets: [Key: Decisions.Target]
    private let keepsFirst: Bool

    /// - Parameters:
    ///   - stored: the ids of the stored rows.
    ///   - keyColumns: columns of the key that hold the same values as a row that was found by it.
    ///   - keepsFirst: whether a row whose key is taken changes nothing.
    init(_ stored: [Key: Int64], keyColumns: Set<Int> = [], keepsFirst: Bool = false) {
        targets = stored.mapValues { .stored($0) }
        decisions = Decisions(keyColumns: keyColumns)
        self.keepsFirst = keepsFirst
    }

    /// Decides on the next source row.
    ///
    /// - Parameters:
    ///   - key: nil for a row that matches no other.
    ///   - created: what it counts as if it is inserted.
    ///   - found: what it counts as if its key is taken.
    mutating func add(
        _ row: Row, key: Key?, created: MappingKind = .inserted, found: MappingKind = .inserted
    ) {
        guard let key else {
            decisions.insert(row, as: created)
            return
        }
        guard let target = targets[key] else {
            targets[key] = decisions.insert(row, as: created)
            return
        }
        if keepsFirst { decisions.match(target, as: found) } else { decisions.replace(target, by: row, as: found) }
    }
}
