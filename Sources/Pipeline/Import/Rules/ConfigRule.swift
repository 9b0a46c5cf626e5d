import Catalogue
import Storage

/// Options, relays, relay usages and user roles: a row whose unique fields match a stored one keeps it, or with
/// `--overwrite-configs` gives it the imported values.
struct ConfigRule: ModelRule {
    let model: Model
    /// The fields that find the stored row; empty for `sentry.userpermission`, whose rows are always new.
    private let keys: [Int]

    init(_ model: Model) {
        self.model = model
        let uniques = model.uniquesWithoutReferences
        keys = uniques.count == 1 ? uniques[0].columns.map { model.position($0) } : []
    }

    var belongsToUser: Bool { model.name == "sentry.userpermission" }

    func write(_ rows: [Row], _ batch: Batch) throws(ImportFailure) -> [RowResult] {
        guard let first = keys.first else { return try insertAll(rows, batch) }
        let overwrites = batch.context.flags.overwriteConfigs
        let stored = try stored(rows.map { $0.values[first] }, batch)
        var upsert = Upsert<[Value]>(stored, keepsFirst: !overwrites)
        for row in rows {
            let key = keys.map { row.values[$0] }
            upsert.add(row, key: key.allSatisfy(\.isNull) ? nil : key)
        }
        return try upsert.write(self, batch) { isCreated in
            isCreated ? .inserted : overwrites ? .overwritten : .existing
        }
    }

    private func stored(_ values: [Value], _ batch: Batch) throws(ImportFailure) -> [[Value]: Int64] {
        let columns = keys.map { model.columns[$0].name }
        let found = try batch.select(
            Select(["id"] + columns, from: model.table, where: [.isIn(columns[0], Array(Set(values)))]))
        var out: [[Value]: Int64] = [:]
        for row in found {
            if let id = row[0].integer { out[Array(row.dropFirst())] = id }
        }
        return out
    }
}
