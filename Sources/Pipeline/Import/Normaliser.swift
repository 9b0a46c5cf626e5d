import Catalogue
import Ledger
import Storage

/// A row after normalising.
enum Normalised {
    case kept(Row)
    case dropped(Row, DropReason)
}

/// Rewrites references through the primary-key map, lets the model's rule change or drop each row, and drops rows whose
/// scope is not the import's.
struct Normaliser {
    private let rule: any ModelRule
    private let batch: Batch
    private let references: [Reference]
    private let maps: [ModelKeyMap]
    private let belongsToUser: Bool
    /// Columns without which the destination takes no row.
    private let required: [Int]

    /// A column to rewrite: plain values, because they are read for every row.
    private struct Reference {
        let index: Int
        let isUser: Bool
        let isNulledWhenMissing: Bool
    }

    init(_ rule: any ModelRule, _ batch: Batch) {
        self.rule = rule
        self.batch = batch
        belongsToUser = rule.belongsToUser
        required = batch.layout?.required.sorted().compactMap { batch.model.columnIndex($0) } ?? []
        var references: [Reference] = []
        var maps: [ModelKeyMap] = []
        for index in batch.model.referenceColumns {
            let column = batch.model.columns[index]
            guard let target = column.reference?.model else { continue }
            references.append(
                Reference(
                    index: index, isUser: target == "sentry.user",
                    isNulledWhenMissing: batch.isNulledWhenMissing(column)))
            maps.append(batch.map.entries(of: target))
        }
        self.references = references
        self.maps = maps
    }

    func normalise(_ rows: [Row]) throws(ImportFailure) -> [Normalised] {
        var out: [Normalised] = []
        out.reserveCapacity(rows.count)
        for var row in rows {
            if let reason = try fate(of: &row) { out.append(.dropped(row, reason)) } else { out.append(.kept(row)) }
        }
        return try rejectOutOfScope(out)
    }

    private func fate(of row: inout Row) throws(ImportFailure) -> DropReason? {
        if batch.layout?.isGone == true { return .deletedModel }
        if let reason = rewriteReferences(of: &row) { return reason }
        if let reason = try rule.normalise(&row, batch) { return reason }
        guard let column = required.first(where: { row.values[$0].isNull }) else { return nil }
        return .lacksValue(column: batch.model.columns[column].name)
    }

    /// Gives the row the destination's keys. A reason drops it.
    func rewriteReferences(of row: inout Row) -> DropReason? {
        if row.sourcePK == nil { return .missingPrimaryKey }
        var userKind: MappingKind?
        for (place, reference) in references.enumerated() {
            guard let sourcePK = row.values[reference.index].integer else { continue }
            guard let entry = maps[place][sourcePK] else {
                if !reference.isNulledWhenMissing { return missing(reference) }
                row.values[reference.index] = .null
                continue
            }
            row.values[reference.index] = .integer(entry.newPK)
            if reference.isUser { userKind = entry.kind }
        }
        return userKind == .existing && belongsToUser ? .merged : nil
    }

    private func missing(_ reference: Reference) -> DropReason {
        let column = batch.model.columns[reference.index]
        return .missingReference(field: column.field, model: column.reference?.model ?? "")
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
