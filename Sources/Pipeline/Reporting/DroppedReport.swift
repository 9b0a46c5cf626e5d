import Catalogue
public import Queue

/// The dropped rows of a relocation, as far as they are listed, for people and scripts.
public struct DroppedReport: Sendable {
    private let report: StatusReport
    package let rows: [ListedRow]

    /// - Parameter listed: what `RelocationQueue.listedRows` gives
    public init(_ status: RelocationStatus, listed: [String]) {
        report = StatusReport(status)
        rows = listed.compactMap(ListedRow.init(json:))
    }

    package var total: Int { report.account.totals.droppedTotal }

    /// What is counted and not listed; nil if all rows are listed.
    package var rest: String? {
        guard total > rows.count else { return nil }
        return """
            \(total - rows.count) more rows were dropped that are not listed one by one: a relocation lists the first \
            \(RelocationQueue.listedRowsLimit), of those that its enqueuer left out the first 1,000 of each model and reason.
            """
    }

    /// A table of the rows, then the number for each reason. Without a final line end.
    public var text: String {
        guard total > 0 else { return "No row was dropped." }
        let reasons = report.account.totals.dropped.sorted { $0.key < $1.key }
        let sums = TextTable.lines(reasons.map { ["  " + PlainText.line($0.key), String($0.value)] })
        return ([table, rest, "All dropped rows by reason"].compactMap { $0 } + sums).joined(separator: "\n")
    }

    private var table: String? {
        guard !rows.isEmpty else { return nil }
        let head = ["MODEL", "ROW", "PK", "REASON", "MISSING PARENT"]
        let lines = rows.map { row in
            [
                row.model, String(row.ordinal), row.sourcePK.map(String.init) ?? "", row.word,
                row.parent.map { "\($0.field) → \($0.model)" + (row.missingPK.map { " \($0)" } ?? "") } ?? "",
            ].map(PlainText.line)
        }
        return TextTable.lines([head] + lines, leftAligned: [3, 4]).joined(separator: "\n")
    }

    /// One object. Without a final line end.
    public var json: String {
        JSONValue.object([
            "uuid": .text(report.status.uuid), "total": JSONValue(total), "listed": JSONValue(rows.count),
            "isComplete": .flag(rest == nil), "dropped": report.droppedReasons, "rows": .list(rows.map(\.value)),
        ]).prettyText
    }
}

/// A dropped row as a worker lists it.
package struct ListedRow: Sendable {
    package let model: String
    package let ordinal: Int64
    package let sourcePK: Int64?
    /// The reason's stable text.
    package let reason: String
    /// Nil in lists of older workers, and if no parent is missing.
    package let missingPK: Int64?

    /// Nil for a text that is cut off, or none of ours.
    init?(json: String) {
        guard case .object(let members)? = JSONValue(json: json), case .text(let model)? = members["model"],
            case .integer(let ordinal)? = members["ordinal"], case .text(let reason)? = members["reason"]
        else { return nil }
        self.model = model
        self.ordinal = ordinal
        self.reason = reason
        sourcePK = members["pk"]?.wholeNumber
        missingPK = members["missingPK"]?.wholeNumber
    }

    /// `missingReference` of `missingReference:user->sentry.user`.
    package var word: String { String(reason.prefix { $0 != ":" }) }

    /// The field and the model that it refers to, if the row it refers to is missing.
    package var parent: (field: String, model: String)? {
        let parts = reason.split(separator: ":", maxSplits: 1)
        let ends = parts.count == 2 ? parts[1].split(separator: "->", maxSplits: 1) : []
        return ends.count == 2 ? (String(ends[0]), String(ends[1])) : nil
    }

    var value: JSONValue {
        let missing = parent.map { parent in
            JSONValue.object([
                "field": .text(parent.field), "model": .text(parent.model),
                "sourcePK": missingPK.map(JSONValue.integer) ?? .null,
            ])
        }
        return .object([
            "model": .text(model), "ordinal": .integer(ordinal),
            "sourcePK": sourcePK.map(JSONValue.integer) ?? .null, "reason": .text(reason), "missing": missing ?? .null,
        ])
    }
}
