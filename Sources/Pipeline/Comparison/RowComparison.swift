public import Catalogue
import ExportFormat

/// Compares rows of one model by its rules. Pure: it knows no file and no database.
public struct RowComparison: Sendable {
    private let name: String
    let comparators: [Comparator]
    /// Fields that rules decide on: all others must have the same JSON.
    private let ruled: [FieldName]

    /// - Parameters:
    ///   - model: nil for a model that is not relocated: it has no rules
    ///   - ignored: names of fields that may differ as they like
    public init(_ name: String, _ model: Model?, besides ignored: Set<String> = []) {
        self.name = name
        comparators = (model.map(ComparatorTable.comparators) ?? []).compactMap { $0.without(ignored) }
        let fields = Set(comparators.flatMap(\.fields)).union(ignored.map { FieldName($0) })
        ruled = Array(fields).sorted { $0.text < $1.text }
    }

    /// What tells the rows apart; empty for equal rows.
    public func findings(_ rows: RowPair<some ComparedRow>, ordinal: Int64) -> [ComparisonFinding] {
        var found: [ComparisonFinding] = []
        func add(_ kind: String, _ reasons: [String]) {
            found += reasons.map { finding(kind, $0, rows, ordinal) }
        }
        for comparator in comparators {
            let complaints = comparator.complaints(rows)
            if complaints.isEmpty { continue }
            add(comparator.rule.existenceKind, complaints.existence)
            add(comparator.rule.kind, complaints.values)
        }
        if !rows.left.hasSameRest(as: rows.right, without: ruled) { add("UnequalJSON", [difference(rows)]) }
        return found
    }

    /// The rules under whose fields the rows differ, in the reference's words: what equal rows may differ in.
    public func tolerances(_ rows: RowPair<some ComparedRow>) -> [String] {
        comparators.filter { comparator in
            comparator.rule != .reference
                && comparator.fields.contains { rows.left.value($0) != rows.right.value($0) }
        }.map(\.rule.kind)
    }

    /// The names of the fields without a rule whose values differ, ascending: for places where values must not go.
    public func differingFields(_ rows: RowPair<some ComparedRow>) -> [String] {
        let sides = [rows.left, rows.right].map { row -> [String: FieldValue] in
            guard case .object(let members) = row.rest(without: ruled) else { return [:] }
            return Dictionary(members.map { ($0.key, $0.value) }, uniquingKeysWith: { _, last in last })
        }
        return Set(sides[0].keys).union(sides[1].keys).filter { sides[0][$0] != sides[1][$0] }.sorted()
    }

    private func finding(
        _ kind: String, _ reason: String, _ rows: RowPair<some ComparedRow>, _ ordinal: Int64
    ) -> ComparisonFinding {
        var finding = ComparisonFinding(kind, model: name, reason: reason)
        finding.ordinal = ordinal
        finding.leftKey = rows.left.key
        finding.rightKey = rows.right.key
        return finding
    }

    /// The lines in which the JSON of the other fields differs, in the reference's layout.
    private func difference(_ rows: RowPair<some ComparedRow>) -> String {
        let left = rows.left.rest(without: ruled).jsonLines
        let right = rows.right.rest(without: ruled).jsonLines
        return UnifiedDiff.lines(left, right).map { "\n    " + $0 }.joined()
    }
}
