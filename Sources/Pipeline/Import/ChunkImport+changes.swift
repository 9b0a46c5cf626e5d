import Catalogue
import Storage

extension ChunkImport {
    /// Counts what written rows have lost, or hold instead, because the destination is another version.
    ///
    /// - Parameters:
    ///   - rows: as in the file
    ///   - ordinals: of those that were written
    func countChanges(of rows: [Row], _ ordinals: [Int64], _ batch: Batch, into outcome: inout ChunkOutcome) {
        noteIdleRules(rows, ordinals, into: &outcome)
        let layout = batch.layout
        let changed = layout?.changedColumns ?? []
        let columns = model.columns.enumerated().filter { place, column in
            changed.contains(column.name) || column.reference != nil && batch.isReferenceGone(column)
        }
        guard !columns.isEmpty else { return }
        let written = Set(ordinals)
        for row in rows where written.contains(row.ordinal) {
            for (place, column) in columns {
                let value = row.values[place]
                let isCutOff = column.reference != nil && batch.isReferenceGone(column) && !value.isNull
                let what =
                    layout?.change(of: column, value)
                    ?? (isCutOff ? "the destination does not hold what it refers to" : nil)
                if let what { outcome.account.adapted(model: model.name, "\(column.name): \(what)") }
            }
        }
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
