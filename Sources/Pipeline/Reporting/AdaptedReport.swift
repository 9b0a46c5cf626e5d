import Catalogue
public import Queue

/// What was adapted: by the enqueuer in a file of another version of Sentry, by workers for a destination of another version.
/// For people and scripts.
public struct AdaptedReport: Sendable {
    private let report: StatusReport
    private let rows: [AdaptedRow]

    /// - Parameter listed: what `RelocationQueue.listedRows` gives
    public init(_ status: RelocationStatus, listed: [String] = []) {
        report = StatusReport(status)
        rows = (status.adaptedRows + listed).compactMap(AdaptedRow.init(json:))
    }

    /// What → rows, one line for each, the most frequent first.
    public static func lines(_ counts: [String: Int]) -> [String] {
        let sorted = counts.sorted { ($1.value, $0.key) < ($0.value, $1.key) }
        return TextTable.lines(sorted.map { ["  " + PlainText.line($0.key), String($0.value)] })
    }

    /// A table of the rows, then the number for each kind. Without a final line end.
    public var text: String {
        guard !report.adaptedCounts.isEmpty else { return "No row was adapted." }
        return ([table].compactMap { $0 } + ["All adapted rows"] + Self.lines(report.adaptedCounts))
            .joined(separator: "\n")
    }

    private var table: String? {
        guard !rows.isEmpty else { return nil }
        let lines = rows.map { row in
            [row.title, row.model, row.text("line"), row.text("record"), row.text("pk")].map(PlainText.line)
        }
        return TextTable.lines([["WHAT", "MODEL", "LINE", "RECORD", "PK"]] + lines, leftAligned: [0, 1])
            .joined(separator: "\n")
    }

    /// One object. Without a final line end.
    public var json: String {
        JSONValue.object([
            "uuid": .text(report.status.uuid), "adapted": .object(report.adaptedCounts.mapValues { JSONValue($0) }),
            "rows": .list(rows.map { .object($0.members) }),
        ]).prettyText
    }
}

/// An adapted row as it is listed.
private struct AdaptedRow {
    let what: String
    let model: String
    let members: [String: JSONValue]

    /// Nil for a text that is none of ours.
    init?(json: String) {
        guard case .object(let members)? = JSONValue(json: json), case .text(let what)? = members["what"] else {
            return nil
        }
        self.what = what
        self.members = members
        model = if case .text(let model)? = members["model"] { model } else { "" }
    }

    /// With the row's name, if it has one.
    var title: String {
        if case .text(let name)? = members["name"] { "\(what): \"\(name)\"" } else { what }
    }

    func text(_ member: String) -> String { members[member]?.wholeNumber.map { String($0) } ?? "" }
}

extension StatusReport {
    /// What → rows: in the file, and by workers because of the destination.
    package var adaptedCounts: [String: Int] {
        var counts: [String: Int] = [:]
        for (model, rows) in account.models {
            for (what, count) in rows.adapted { counts["\(model).\(what)"] = count }
        }
        guard case .object(let members)? = JSONValue(json: status.adapted) else { return counts }
        return members.compactMapValues { $0.wholeNumber.map { Int(clamping: $0) } }.merging(counts) { $0 + $1 }
    }
}
