package import Catalogue
import Ledger
import Storage

/// What should have become of a source row, as far as the chunk rows and the rules tell.
package enum ExpectedRow: Sendable {
    /// The row that the import has written under this key.
    ///
    /// - Parameters:
    ///   - plain: the file's values with the destination's keys in place of the source's: one per column of the model
    ///   - ruled: the same after the model's rule, without its decisions; nil if the rule refuses it now
    case written(newPK: Int64, plain: [Value], ruled: [Value]?)
    /// A row that was there before the import, under this key.
    case matched(newPK: Int64)
    /// The rules leave it out.
    case dropped(DropReason)
    /// Nothing speaks against it, and no chunk row has it.
    case missing
}

extension RelocationImport {
    /// What should have become of each row of one chunk. Reads the database at most.
    ///
    /// - Parameters:
    ///   - hidden: see ``importChunk(model:minOrdinal:rows:hidden:skipped:now:)``
    ///   - now: microseconds since 1970 UTC; stands where the rules enter the time of the import
    package func expectations(
        of rows: [Row], _ model: Model, hidden: [String: Int64], now: Int64
    ) throws(ImportFailure) -> [ExpectedRow] {
        let visible = try storage(model) { () throws(StorageError) in try ledger.map(hiding: hidden, catalogue) }
        let rule: any ModelRule
        do { rule = try rules.rule(for: model) } catch { throw ImportFailure(error) }
        let written = Expectation(rule, batch(model, now))
        let unwritten = Expectation(rule, batch(model, now, seeing: visible))
        let entries = map.entries(of: model.name)
        var out: [ExpectedRow] = []
        out.reserveCapacity(rows.count)
        for row in rows {
            let entry = row.sourcePK.flatMap { entries[$0] }
            if let entry {
                out.append(entry.kind == .existing ? .matched(newPK: entry.newPK) : try written.of(row, entry.newPK))
            } else {
                out.append(try unwritten.ofUnwritten(row))
            }
        }
        return try completed(out, rows, rule, batch(model, now))
    }

    /// With what the rule takes over from other stored rows.
    private func completed(
        _ expected: [ExpectedRow], _ rows: [Row], _ rule: any ModelRule, _ batch: Batch
    ) throws(ImportFailure) -> [ExpectedRow] {
        var places: [Int] = []
        var ruledRows: [Row] = []
        for (place, row) in expected.enumerated() {
            guard case .written(_, _, let ruled?) = row else { continue }
            var copy = rows[place]
            copy.values = ruled
            places.append(place)
            ruledRows.append(copy)
        }
        var out = expected
        for (place, row) in zip(places, try rule.completed(ruledRows, batch)) {
            guard case .written(let key, let plain, _) = out[place] else { continue }
            out[place] = .written(newPK: key, plain: plain, ruled: row.values)
        }
        return out
    }

    /// The column that names a row of a model to people; nil for none.
    package func nameColumn(of model: Model) -> Int? {
        // A model without a rule has no name that an import changes.
        (try? rules.rule(for: model))?.nameColumn
    }
}

/// Applies the rules to single rows without writing.
private struct Expectation {
    private let rule: any ModelRule
    private let batch: Batch
    private let normaliser: Normaliser

    init(_ rule: any ModelRule, _ batch: Batch) {
        self.rule = rule
        self.batch = batch
        normaliser = Normaliser(rule, batch)
    }

    func of(_ row: Row, _ newPK: Int64) throws(ImportFailure) -> ExpectedRow {
        var plain = row
        _ = normaliser.rewriteReferences(of: &plain)
        var ruled = plain
        let isKept = try accepting { () throws(ImportFailure) in try rule.normalise(&ruled, batch) == nil } ?? false
        return .written(newPK: newPK, plain: plain.values, ruled: isKept ? ruled.values : nil)
    }

    func ofUnwritten(_ row: Row) throws(ImportFailure) -> ExpectedRow {
        try accepting { () throws(ImportFailure) in
            guard let result = try normaliser.normalise([row]).first else { return .missing }
            switch result {
            case .dropped(_, let reason): return .dropped(reason)
            case .kept(let row):
                guard case .dropped(let reason) = try rule.decide([row], batch).fates?.first else { return .missing }
                return .dropped(reason)
            }
        } ?? .missing
    }

    /// nil if the rules refuse the row.
    private func accepting<Result>(_ body: () throws(ImportFailure) -> Result) throws(ImportFailure) -> Result? {
        do { return try body() } catch {
            guard case .permanent = error else { throw error }
            return nil
        }
    }
}
