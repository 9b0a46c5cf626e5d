import Catalogue
import ExportFormat

/// What the comparison knows of one file: its models with their keys and orders.
final class SideIndex {
    /// In order of first appearance.
    let models: [ModelIndex]
    /// What is wrong with the file by itself.
    let findings: [ComparisonFinding]
    private let byName: [String: ModelIndex]

    init(_ models: [ModelIndex], _ findings: [ComparisonFinding]) {
        self.models = models
        self.findings = findings
        byName = Dictionary(uniqueKeysWithValues: models.map { ($0.name, $0) })
    }

    subscript(name: String) -> ModelIndex? { byName[name] }

    var rows: Int { models.reduce(0) { $0 + $1.count } }

    /// What a reference means; nil if the file has no such row.
    func ordinal(_ model: String, _ key: FieldValue) -> Int64? {
        RowKey(key).flatMap { byName[model]?.ordinal(of: $0) }
    }
}
