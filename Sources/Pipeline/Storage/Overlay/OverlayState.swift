internal import Catalogue

/// What a transaction over a database that is only read has changed so far. A rollback takes the value of before back.
struct OverlayState {
    /// The tables of which the scratch database holds rows.
    var created: Set<String> = []
    /// Table → rows of the base that are not to be seen: the scratch holds them as they are now, or they are deleted.
    private(set) var hidden: [String: Set<Int64>] = [:]
    /// Tables of whose base no row is to be seen.
    var cleared: Set<String> = []
    /// Table → rows that were inserted.
    private(set) var inserted: [String: Int] = [:]
    /// References into the base that no check has confirmed yet.
    var unconfirmed: [Pointer: Place] = [:]
    /// Those that a check has confirmed.
    var confirmed: Set<Pointer> = []

    /// A row of a table that another one points at.
    struct Pointer: Hashable {
        let table: String
        let id: Int64
    }

    /// Where a reference stands.
    struct Place {
        let table: String
        let column: String
        let id: Int64?
    }

    func hides(_ id: Int64, of table: String) -> Bool { hidden[table]?.contains(id) ?? false }

    func hiddenCount(of table: String) -> Int { hidden[table]?.count ?? 0 }

    mutating func hide(_ ids: some Sequence<Int64>, of table: String) {
        hidden[table, default: []].formUnion(ids)
    }

    mutating func clear(_ table: String) {
        cleared.insert(table)
        hidden[table] = nil
    }

    mutating func countInserted(_ rows: Int, into table: String) { inserted[table, default: 0] += rows }

    mutating func note(_ pointer: Pointer, at place: Place) {
        if !confirmed.contains(pointer), unconfirmed[pointer] == nil { unconfirmed[pointer] = place }
    }
}
