import Catalogue
import Storage

/// A row after normalising.
enum Normalised {
    case kept(Row)
    case dropped(Row, DropReason)
}

/// Rewrites references through the primary-key map, lets the model's rule change or drop the row, and asks each row
/// for its scope.
struct Normaliser {
    private let rule: any ModelRule
    private let batch: Batch
    private let references: [(index: Int, field: String, model: String, map: ModelKeyMap)]

    init(_ rule: any ModelRule, _ batch: Batch) {
        self.rule = rule
        self.batch = batch
        references = batch.model.referenceColumns.compactMap { index in
            let column = batch.model.columns[index]
            guard let reference = column.reference else { return nil }
            return (index, column.field, reference.model, batch.map.entries(of: reference.model))
        }
    }

    func normalise(_ rows: [Row]) throws(ImportFailure) -> [Normalised] {
        let prepared = try rule.prepare(rows, batch)
        var out: [Normalised] = []
        out.reserveCapacity(rows.count)
        for var row in prepared {
            if let reason = try fate(of: &row) { out.append(.dropped(row, reason)) } else { out.append(.kept(row)) }
        }
        return try rejectOutOfScope(out)
    }

    private func fate(of row: inout Row) throws(ImportFailure) -> DropReason? {
        if row.sourcePK == nil { return .missingPrimaryKey }
        var userKind: MappingKind?
        for reference in references {
            guard let sourcePK = row.values[reference.index].integer else { continue }
            guard let entry = reference.map[sourcePK] else {
                if rule.referencesNulledWhenMissing.contains(reference.field) {
                    row.values[reference.index] = .null
                    continue
                }
                return .missingReference(field: reference.field, model: reference.model)
            }
            row.values[reference.index] = .integer(entry.newPK)
            if reference.model == "sentry.user" { userKind = entry.kind }
        }
        if userKind == .existing, rule.belongsToUser { return .merged }
        return try rule.normalise(&row, batch)
    }

    private func rejectOutOfScope(_ rows: [Normalised]) throws(ImportFailure) -> [Normalised] {
        guard batch.model.scopes.count > 1 else { return rows }
        let accepted = batch.context.scope.accepted
        var kept: [Row] = []
        for case .kept(let row) in rows { kept.append(row) }
        var scopes = try rule.scopes(of: kept, batch).makeIterator()
        return rows.map { result in
            guard case .kept(let row) = result, let scope = scopes.next(), !accepted.contains(scope) else {
                return result
            }
            return .dropped(row, .outOfScope)
        }
    }
}
