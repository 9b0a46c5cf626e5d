import Catalogue
import Ledger
import Storage

extension ChunkImport {
    /// Counts and lists what written rows have lost, or hold instead: the destination is another version, or lacks what
    /// they refer to.
    ///
    /// - Parameters:
    ///   - rows: as in the file
    ///   - ordinals: of those that were written
    func countChanges(of rows: [Row], _ ordinals: [Int64], _ batch: Batch, into outcome: inout ChunkOutcome) {
        noteIdleRules(rows, ordinals, into: &outcome)
        let layout = batch.layout
        let changed = layout?.changedColumns ?? []
        let columns = model.columns.enumerated().filter { _, column in
            changed.contains(column.name) || column.reference != nil && batch.isNulledWhenMissing(column)
        }
        guard !columns.isEmpty else { return }
        let written = Set(ordinals)
        for row in rows where written.contains(row.ordinal) {
            for (place, column) in columns {
                let value = row.values[place]
                guard let what = layout?.change(of: column, value) ?? loss(of: column, value, batch) else { continue }
                let change = "\(column.name): \(what)"
                outcome.account.adapted(model: model.name, change)
                outcome.changes.append(
                    ChangedRow(model: model.name, sourcePK: row.sourcePK, ordinal: row.ordinal, change: change))
            }
        }
    }

    /// Why a reference became null; nil if it did not.
    private func loss(of column: Column, _ value: Value, _ batch: Batch) -> String? {
        guard let target = column.reference?.model, let key = value.integer else { return nil }
        if batch.isReferenceGone(column) { return "the destination does not hold what it refers to" }
        return batch.map.entries(of: target)[key] == nil ? "refers to no row of the import, null now" : nil
    }

    /// Rules are run by versions without workflows.
    private func noteIdleRules(_ rows: [Row], _ ordinals: [Int64], into outcome: inout ChunkOutcome) {
        guard !ordinals.isEmpty, IdleRule.models.contains(model.name),
            let workflow = work.catalogue.model("workflow_engine.workflow"),
            work.destination.layouts[workflow.table.name]?.isGone != true
        else { return }
        let written = Set(ordinals)
        outcome.account.adapted(written.count, model: model.name, IdleRule.change)
        let name = model.columnIndex(ofField: IdleRule.nameField(of: model.name))
        outcome.idleRules = rows.filter { written.contains($0.ordinal) }.map { row in
            IdleRule(
                model: model.name, sourcePK: row.sourcePK, ordinal: row.ordinal,
                name: name.flatMap { row.values[$0].text } ?? "")
        }
    }
}
