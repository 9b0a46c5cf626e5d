import Catalogue
import ExportFormat

/// One difference in the reference's form: an element of a findings file.
public struct ComparisonFinding: Sendable, Equatable {
    /// `AutoSuffixComparator`, `UnequalCounts`, …: the reference's word.
    public let kind: String
    /// Lower case.
    public let model: String
    /// 1-based place among the model's rows in the order of the comparison; nil if the finding is about no single row.
    public var ordinal: Int64?
    public var leftKey: RowKey?
    public var rightKey: RowKey?
    /// In the reference's words. It may hold values of the rows: passwords and tokens only in their obscured form.
    public let reason: String

    public init(_ kind: String, model: String, reason: String) {
        self.kind = kind
        self.model = model
        self.reason = reason
    }

    /// The same about the same rows in other words.
    public func saying(_ reason: String) -> ComparisonFinding {
        var finding = ComparisonFinding(kind, model: model, reason: reason)
        finding.ordinal = ordinal
        finding.leftKey = leftKey
        finding.rightKey = rightKey
        return finding
    }

    /// The object of a findings file: keys sorted, ASCII, `indent` spaces before each line but the first.
    public func json(indent: Int = 2) -> String {
        let pad = "\n" + String(repeating: " ", count: indent)
        let lines = [
            #""finding": "ComparatorFinding","#, #""kind": "\#(kind)","#, #""left_pk": \#(Self.json(leftKey)),"#,
            #""on": {"#, #"  "model": \#(JSONText.quoted(model)),"#,
            #"  "ordinal": \#(ordinal.map(String.init) ?? "null")"#, "},",
            #""reason": \#(JSONText.quoted(reason)),"#, #""right_pk": \#(Self.json(rightKey))"#,
        ]
        return "{" + lines.map { pad + "  " + $0 }.joined() + pad + "}"
    }

    private static func json(_ key: RowKey?) -> String { (key?.value ?? .null).jsonLines.joined() }
}
