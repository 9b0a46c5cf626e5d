import Catalogue
import Ledger
import Storage

/// Options, relays, relay usages and user roles: a row whose unique fields match a stored row leaves it as it is, or
/// overwrites it with `--overwrite-configs`.
struct ConfigRule: ModelRule {
    let model: Model
    /// The columns that find the stored row; empty for `sentry.userpermission`, whose rows are always inserted.
    private let keys: [Int]

    init(_ model: Model) throws(CatalogueGap) {
        self.model = model
        let uniques = model.uniquesWithoutReferences
        keys = uniques.count == 1 ? try Self.positions(uniques[0].columns, model) : []
    }

    private static func positions(_ columns: [String], _ model: Model) throws(CatalogueGap) -> [Int] {
        var positions: [Int] = []
        for column in columns { positions.append(try model.requireColumn(column)) }
        return positions
    }

    var belongsToUser: Bool { model.name == "sentry.userpermission" }

    func decide(_ rows: [Row], _ batch: Batch) throws(ImportFailure) -> Decisions {
        guard !keys.isEmpty else { return Decisions(inserting: rows) }
        let overwrites = batch.context.flags.overwriteConfigs
        var upsert = Upsert<[Value]>(try stored(rows, batch), keepsFirst: !overwrites)
        for row in rows {
            let key = keys.map { row.values[$0] }
            upsert.add(row, key: key.allSatisfy(\.isNull) ? nil : key, found: overwrites ? .overwritten : .existing)
        }
        return upsert.decisions
    }

    /// The stored rows by the key that finds them: all its columns, or those that a row fills.
    private func stored(_ rows: [Row], _ batch: Batch) throws(ImportFailure) -> [[Value]: Int64] {
        let columns = keys.map { model.columns[$0].name }
        var out: [[Value]: Int64] = [:]
        let wholeKeys = rows.map { row in keys.map { row.values[$0] } }.filter { !$0.contains { $0.isNull } }
        if !wholeKeys.isEmpty {
            let wanted = Array(Set(wholeKeys.map { $0[0] }))
            for row in try batch.select(Select(["id"] + columns, from: model.table, where: [.isIn(columns[0], wanted)]))
            {
                if let id = row[0].integer { out[Array(row.dropFirst())] = id }
            }
        }
        for key in Set(rows.map { row in keys.map { row.values[$0] } }) where key.contains(where: \.isNull) {
            let filled = zip(columns, key).filter { !$0.1.isNull }.map { Condition.equals($0.0, $0.1) }
            guard !filled.isEmpty else { continue }
            let found = try batch.select(Select(["id"], from: model.table, where: filled, limit: 1))
            if let id = found.first?[0].integer { out[key] = id }
        }
        return out
    }
}
