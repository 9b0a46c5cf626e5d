import Catalogue
import Comparison
import ExportFormat
import Reporting

/// The result of a comparison, for people and for scripts.
struct CompareReport {
    private let summary: ComparisonSummary
    private let names: (left: String, right: String)
    private let isFast: Bool

    /// Lines of a difference that are shown.
    private static let shownLines = 40

    init(_ summary: ComparisonSummary, names: (left: String, right: String), isFast: Bool) {
        self.summary = summary
        self.names = names
        self.isFast = isFast
    }

    // MARK: - For people

    /// The findings by model and kind, with the first of each.
    var text: String {
        guard summary.findings > 0 else { return equality }
        let number = summary.findings == 1 ? "1 finding" : "\(summary.findings) findings"
        return (["\(names.left) and \(names.right) differ: \(number)."] + byModel.flatMap(lines))
            .map(PlainText.line).joined(separator: "\n")
    }

    private var equality: String {
        let rows = summary.models.reduce(0) { $0 + $1.left }
        let models = summary.models.count
        let counts = "\(rows) \(rows == 1 ? "row" : "rows") of \(models) \(models == 1 ? "model" : "models")"
        return PlainText.line("\(names.left) and \(names.right) are equal: \(counts).")
    }

    /// The groups of each model, in the order of their first finding.
    private var byModel: [[ComparisonSummary.Group]] {
        var order: [String] = []
        var groups: [String: [ComparisonSummary.Group]] = [:]
        for group in summary.groups {
            if groups[group.first.model] == nil { order.append(group.first.model) }
            groups[group.first.model, default: []].append(group)
        }
        return order.compactMap { groups[$0] }
    }

    private func lines(_ groups: [ComparisonSummary.Group]) -> [String] {
        ["", groups[0].first.model] + groups.flatMap(lines)
    }

    private func lines(_ group: ComparisonSummary.Group) -> [String] {
        let times = group.count == 1 ? "" : " (\(group.count) times; the first one)"
        let body = Self.body(group.first.reason)
        let place = Self.place(group.first)
        let head = place.isEmpty ? body[0] : body[0].isEmpty ? "\(place):" : "\(place): \(body[0])"
        return ["  \(group.first.kind)\(times)", "    " + head] + body.dropFirst().map { "      " + $0 }
    }

    /// The first line of a reason, which is empty for a difference of lines, and the lines below it.
    private static func body(_ reason: String) -> [String] {
        guard reason.hasPrefix("\n") else {
            return [reason.split(whereSeparator: \.isWhitespace).joined(separator: " ")]
        }
        // The reference's margin, its empty lines and the names of the two sides, which are none.
        let lines = reason.split(separator: "\n").map { $0.dropFirst(4) }
            .filter { !$0.isEmpty && $0 != "--- " && $0 != "+++ " }
        let rest = lines.count - shownLines
        return [""] + lines.prefix(shownLines).map(String.init) + (rest > 0 ? ["and \(rest) more lines"] : [])
    }

    private static func place(_ finding: ComparisonFinding) -> String {
        let left = finding.leftKey?.value.pythonText
        let right = finding.rightKey?.value.pythonText
        let keys =
            left == right ? left.map { "pk \($0)" } : nil
        let sides =
            keys
            ?? [left.map { "left pk \($0)" }, right.map { "right pk \($0)" }].compactMap { $0 }
            .joined(separator: ", ")
        return [finding.ordinal.map { "row \($0)" }, sides.isEmpty ? nil : sides].compactMap { $0 }
            .joined(separator: ", ")
    }

    // MARK: - For scripts

    /// What follows the findings in the JSON object.
    var jsonTail: String { summary.tail(names: names, isFast: isFast) }
}
