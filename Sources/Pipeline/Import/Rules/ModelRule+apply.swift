import Catalogue
import Ledger

extension ModelRule {
    /// Writes what the rule has decided, the same way for every model: checks all rows, then inserts, then updates. The
    /// results are in the order of the rows that were decided on.
    ///
    /// - Throws: the finding of the first row that its columns do not take, before anything is written; then what the
    ///   database refuses.
    func apply(_ decisions: consuming Decisions, _ batch: Batch) throws(ImportFailure) -> [RowResult] {
        try RowCheck(model).check(decisions.rowsToCheck)
        if decisions.carryIDs {
            try batch.insert(decisions.inserts)
            try batch.advanceSequence()
        } else {
            try batch.number(&decisions.inserts)
            try batch.insert(decisions.inserts)
        }
        try insertImplicitRows(of: decisions.inserts, batch)
        try batch.update(decisions.updates, keeping: decisions.keyColumns)
        for update in decisions.relatedUpdates { try batch.update(update) }
        return decisions.results(model)
    }
}

extension Decisions {
    /// What became of each source row, once the inserted rows carry their ids.
    fileprivate func results(_ model: Model) -> [RowResult] {
        func id(_ row: Row) -> Int64 { row.values[model.idColumn].integer ?? 0 }
        func inserted(_ row: Row, _ kind: MappingKind) -> RowResult {
            .written(id(row), kind, slug: model.slugColumn.flatMap { row.values[$0].text })
        }
        guard let fates else { return inserts.map { inserted($0, .inserted) } }
        return fates.map { fate in
            switch fate {
            case .inserted(let place, let kind): inserted(inserts[place], kind)
            case .matched(.inserted(let place), let kind): .written(id(inserts[place]), kind, slug: nil)
            case .matched(.stored(let id), let kind): .written(id, kind, slug: nil)
            case .dropped(let reason): .dropped(reason)
            }
        }
    }
}
