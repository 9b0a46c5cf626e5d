import Catalogue
import Ledger
import Storage

/// Rows that update the row of the same key, stored or earlier in the chunk, and are inserted where there is none.
struct Upsert<Key: Hashable> {
    private enum Target {
        case stored(Int64)
        case fresh(Int)
    }

    private let keepsFirst: Bool
    private var targets: [Key: Target]
    private var fresh: [Row] = []
    private var updates: [Int64: Row] = [:]
    private var results: [(target: Target, isCreated: Bool)] = []
    /// Every row that is written, also those that a later one of the same key replaces.
    private var written: [Row] = []

    /// - Parameter stored: the ids of the rows that are there already.
    /// - Parameter keepsFirst: a row whose key is taken changes nothing: the first of a key stands.
    init(_ stored: [Key: Int64], keepsFirst: Bool = false) {
        targets = stored.mapValues { .stored($0) }
        self.keepsFirst = keepsFirst
    }

    /// - Parameter key: nil for a row that matches no other.
    mutating func add(_ row: Row, key: Key?) {
        guard let key, let target = targets[key] else {
            if let key { targets[key] = .fresh(fresh.count) }
            results.append((.fresh(fresh.count), true))
            fresh.append(row)
            written.append(row)
            return
        }
        results.append((target, false))
        if keepsFirst { return }
        written.append(row)
        switch target {
        case .stored(let id): updates[id] = row
        case .fresh(let index): fresh[index] = row
        }
    }

    /// Inserts and updates; `kind` says what a created and a found row count as.
    ///
    /// - Parameter keeping: columns of the key: an update would write what the row holds.
    func write(
        _ rule: some ModelRule, _ batch: Batch, keeping: Set<Int> = [],
        kind: (_ index: Int, _ isCreated: Bool) -> MappingKind
    ) throws(ImportFailure) -> [RowResult] {
        let model = rule.model
        let id = model.idColumn
        try RowCheck(model).check(written)
        let inserted = try rule.insertAll(fresh, batch)
        try batch.update(
            updates.sorted { $0.key < $1.key }.map { key, row in
                var row = row
                row.values[id] = .integer(key)
                return row
            }, keeping: keeping)
        return results.enumerated().map { index, result in
            switch result.target {
            case .stored(let key): return .written(key, kind(index, false), slug: nil)
            case .fresh(let place):
                guard case .written(let key, _, let slug) = inserted[place] else { return inserted[place] }
                return .written(key, kind(index, result.isCreated), slug: slug)
            }
        }
    }
}
