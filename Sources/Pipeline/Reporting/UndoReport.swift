public import Catalogue
import Queue

/// What an undo removes, or has removed, for people and scripts.
public struct UndoReport: Sendable {
    public let summary: UndoSummary
    private let record: UndoRecord
    package let isDone: Bool

    /// nil for a relocation that nobody has wanted to undo.
    init?(_ status: RelocationStatus) {
        guard !status.undo.request.isEmpty else { return nil }
        record = status.undo
        isDone = status.endedBy == .undo
        summary = UndoSummary(json: record.summary) ?? UndoSummary()
    }

    /// A line that says why it was refused; nil if it was not.
    package var refusal: String? { record.refusal.isEmpty ? nil : "refused: \(record.refusal)" }

    /// The same as a text, without a final line end.
    public var text: String {
        let lines = lines
        return lines.isEmpty ? "Nothing is to be undone." : lines.joined(separator: "\n")
    }

    /// A line per table, then what stands in the way.
    package var lines: [String] {
        let rows = summary.tables.sorted { $0.key < $1.key }.map { table, counts in
            ["  " + PlainText.line(table), String(counts.removed), String(counts.restored), String(counts.kept)]
        }
        let table = TextTable.lines([["  \(isDone ? "UNDONE" : "UNDO")", "REMOVED", "RESTORED", "KEPT"]] + rows)
        let blockers = summary.blockers.map { "  " + PlainText.line($0.words) }
        // Sinks have told others of events.
        let told = summary.tables["nodestore_node"] == nil ? [] : ["  published messages cannot be recalled"]
        return (rows.isEmpty ? [] : table) + told
            + (blockers.isEmpty ? [] : ["Refer to what would be removed"] + blockers)
    }

    /// The member `undo` of the contract's object.
    var value: JSONValue {
        let totals = summary.totals
        return .object([
            "done": .flag(isDone), "begun": .flag(record.isBegun), "refused": JSONValue(nonEmpty: record.refusal),
            "rows": Self.value(totals), "tables": .object(summary.tables.mapValues(Self.value)),
            "blockers": .list(summary.blockers.map(Self.value)),
        ])
    }

    private static func value(_ counts: UndoSummary.Counts) -> JSONValue {
        .object([
            "removed": JSONValue(counts.removed), "restored": JSONValue(counts.restored),
            "kept": JSONValue(counts.kept),
        ])
    }

    private static func value(_ blocker: UndoSummary.Blocker) -> JSONValue {
        .object([
            "table": .text(blocker.table), "column": JSONValue(nonEmpty: blocker.column),
            "target": .text(blocker.target),
            "rows": JSONValue(blocker.rows), "ids": .list(blocker.ids.map(JSONValue.integer)),
        ])
    }
}
