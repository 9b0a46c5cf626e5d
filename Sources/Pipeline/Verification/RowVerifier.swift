package import Catalogue
import Comparison
package import ExportFormat

/// Compares source rows of one model with the destination's rows. Pure: it knows no database. One instance serves one
/// thread.
package final class RowVerifier {
    private let model: Model
    /// Fields without a comparison, a bit for each column → the comparison of all others.
    private var comparisons: [UInt64: RowComparison] = [:]
    private let left: RowForm
    private let right: RowForm
    /// The places of a row's columns in the model: a database has them, an export too.
    private let places: [Int]
    private let id: Int

    package init(_ model: Model) throws(ExportError) {
        self.model = model
        left = try RowForm(model)
        right = try RowForm(model)
        places = model.columns.indices.filter { !model.columns[$0].isDatabaseOnly }
        id = places.firstIndex { model.columns[$0].isPrimaryKey } ?? 0
    }

    /// The columns of a stored row.
    package var columns: [String] { right.columns }

    /// References are equal if they hold the same key: the file's were rewritten.
    private let references = References(left: { number($1) }, right: { number($1) })

    /// - Parameters:
    ///   - row: the source row, for findings; what was made up in it for want of a field tells nothing
    ///   - plain: its values with the destination's keys, one per column of the model
    ///   - ruled: the same after the model's rule
    ///   - stored: the destination's row, one value for each of ``columns``
    package func verdict(
        _ row: Row, plain: [Value], ruled: [Value]?, stored: [Value]
    ) throws(ExportError) -> RowVerdict {
        if isSame(plain, stored, besides: row.madeUp) { return .equal }
        let first = try outcome(row, plain, stored)
        guard case .different = first, let ruled else { return first }
        switch try outcome(row, ruled, stored) {
        case .equal: return .changed(rules: [RowVerdict.importRule])
        case .changed(let rules): return .changed(rules: [RowVerdict.importRule] + rules)
        case .different(let findings): return .different(findings)
        }
    }

    private func comparison(besides fields: UInt64) -> RowComparison {
        if let known = comparisons[fields] { return known }
        let names = model.columns.indices.filter { fields >> UInt64($0) & 1 == 1 }.map { model.columns[$0].field }
        let made = RowComparison(model.name, model, besides: Set(names))
        comparisons[fields] = made
        return made
    }

    /// Whether the values are the same without any rule.
    private func isSame(_ values: [Value], _ stored: [Value], besides fields: UInt64) -> Bool {
        places.indices.allSatisfy {
            $0 == id || fields >> UInt64(places[$0]) & 1 == 1 || values[places[$0]] == stored[$0]
        }
    }

    /// Findings stay in Redis: they name the fields and show no value that may be a secret.
    private func withoutValues(
        _ finding: ComparisonFinding, _ rows: RowPair<FileRow>, _ comparison: RowComparison
    ) -> ComparisonFinding {
        guard finding.kind == "UnequalJSON" else { return finding }
        let fields = comparison.differingFields(rows).map { "`\($0)`" }
        return finding.saying(
            "the destination's \(fields.joined(separator: ", ")) \(fields.count == 1 ? "differs" : "differ") from the file's"
        )
    }

    private func outcome(_ row: Row, _ values: [Value], _ stored: [Value]) throws(ExportError) -> RowVerdict {
        var exported = places.map { values[$0] }
        exported[id] = stored[id]
        guard let leftFields = try left.fields(exported), let rightFields = try right.fields(stored) else {
            return .different([])
        }
        let rows = RowPair(
            FileRow(key: .integer(row.sourcePK ?? 0), fields: leftFields),
            FileRow(key: .integer(stored[id].integer ?? 0), fields: rightFields), references)
        let comparison = comparison(besides: row.madeUp)
        let findings = comparison.findings(rows, ordinal: row.ordinal)
        guard findings.isEmpty else { return .different(findings.map { withoutValues($0, rows, comparison) }) }
        let rules = comparison.tolerances(rows)
        return rules.isEmpty ? .equal : .changed(rules: rules)
    }
}

private func number(_ key: FieldValue) -> Int64? { if case .integer(let number) = key { number } else { nil } }
