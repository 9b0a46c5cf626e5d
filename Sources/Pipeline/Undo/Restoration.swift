import Catalogue
import Ledger
import Storage

/// Gives rows the values back that an import has overwritten. A column that somebody has changed since keeps what it holds.
/// If a later import has overwritten the row once more, that one gets the values to restore.
struct Restoration {
    let destination: Destination
    let catalogue: Catalogue
    let before: BeforeTable
    let rows: RemovedRows

    /// Rows of one transaction.
    static let page = 1_000

    /// What is to be done with the image of one row.
    private enum Fate {
        /// The row holds these values again: column → value.
        case restored([String: Value], isWhole: Bool)
        /// The later import restores.
        case passedOn(BeforeTable.Entry, RowImage, [String: Value])
        /// The row is removed, is gone, or holds what it held.
        case nothing
    }

    /// One page, in open transactions. Returns the place of the next page; nil at the end.
    ///
    /// - Parameter writes: false only counts
    func restore(after place: Int64, writes: Bool, _ summary: inout UndoSummary) throws(StorageError) -> Int64? {
        let entries = try before.page(after: place, limit: Self.page)
        for (name, group) in Dictionary(grouping: entries, by: \.table) {
            guard let model = catalogue.models.first(where: { $0.table.name == name }) else { continue }
            try restore(group, of: model, writes: writes, &summary)
        }
        if writes, !entries.isEmpty { try before.delete(entries) }
        return entries.last?.id
    }

    private func restore(
        _ entries: [BeforeTable.Entry], of model: Model, writes: Bool, _ summary: inout UndoSummary
    ) throws(StorageError) {
        let columns = Set(entries.flatMap { $0.image.changes.keys }).filter { model.columnIndex($0) != nil }.sorted()
        let current = try read(entries.map(\.image.id), columns, of: model)
        let later = try before.later(than: entries, in: model.table.name)
        var updates: [[Value]] = []
        var passedOn: [(entry: BeforeTable.Entry, image: RowImage)] = []
        for entry in entries {
            guard let row = current[entry.image.id] else { continue }
            switch fate(entry, row, later[entry.image.id], in: model) {
            case .nothing: continue
            case .passedOn(let next, let image, let values):
                passedOn.append((next, image))
                if !values.isEmpty { updates.append(Self.update(entry, columns, row, values)) }
                summary.count(model.table.name) { $0.restored += 1 }
            case .restored(let values, let isWhole):
                if !values.isEmpty { updates.append(Self.update(entry, columns, row, values)) }
                summary.count(model.table.name) {
                    if values.isEmpty || !isWhole { $0.kept += 1 } else { $0.restored += 1 }
                }
            }
        }
        guard writes else { return }
        try before.replace(passedOn)
        try destination.database(of: model.silo).update(Update(model.table, set: columns, rows: updates))
    }

    private static func update(
        _ entry: BeforeTable.Entry, _ columns: [String], _ row: [String: Value], _ values: [String: Value]
    ) -> [Value] {
        [.integer(entry.image.id)] + columns.map { values[$0] ?? row[$0] ?? .null }
    }

    private func read(
        _ ids: [Int64], _ columns: [String], of model: Model
    ) throws(StorageError) -> [Int64: [String: Value]] {
        let found = try destination.database(of: model.silo).select(
            Select(["id"] + columns, from: model.table, where: [.isIn("id", ids.map { .integer($0) })]))
        return found.reduce(into: [:]) { out, row in
            if let id = row[0].integer {
                out[id] = Dictionary(uniqueKeysWithValues: zip(columns, row.dropFirst()))
            }
        }
    }

    private func fate(
        _ entry: BeforeTable.Entry, _ row: [String: Value], _ later: BeforeTable.Entry?, in model: Model
    ) -> Fate {
        let image = entry.image
        if rows.contains(image.id, of: model.table.name) { return .nothing }
        if let later {
            let rest = RowImage(
                id: image.id, changes: image.changes.filter { later.image.changes[$0.key] == nil })
            return .passedOn(later, image.taken(from: later.image), rest.restorable(row))
        }
        if image.changes.allSatisfy({ row[$0.key] == $0.value.before }) { return .nothing }
        let values = image.restorable(row)
        let isWhole = image.changes.allSatisfy { values[$0.key] != nil || row[$0.key] == $0.value.before }
        return .restored(values, isWhole: isWhole)
    }
}
