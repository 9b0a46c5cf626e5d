internal import Catalogue
internal import Queue
internal import Reporting

/// What an operator may choose when an action is confirmed: the step at which a relocation pauses or ends, or the rows that an undo
/// removes besides.
package enum ActionChoice: Sendable, Equatable {
    /// - Parameters:
    ///   - none: the option without a step
    ///   - verb: what happens when a step begins
    case step(label: String, none: String, verb: String, steps: [String])
    /// Rows as `table:id`, one by one.
    case rows([String])

    /// Rows that can be ticked.
    package static let rowLimit = 100

    /// nil if there is nothing to choose.
    init?(_ action: RelocationAction, _ report: StatusReport) {
        switch action {
        case .pause: self.init(report, label: "When", none: "Now: at its next task", verb: "Pause")
        case .cancel: self.init(report, label: "When", none: "Now: at its next task", verb: "End")
        case .recover: self.init(report, label: "Then", none: "Go on to the end", verb: "Pause")
        case .undo:
            let rows = (report.undo?.summary.blockers ?? []).filter { !$0.column.isEmpty }
                .flatMap { blocker in blocker.ids.map { "\(blocker.table):\($0)" } }
            guard !rows.isEmpty else { return nil }
            self = .rows(Array(rows.prefix(Self.rowLimit)))
        case .retry, .skipRow, .skipChunk, .unpause, .abort, .planUndo, .delete: return nil
        }
    }

    private init?(_ report: StatusReport, label: String, none: String, verb: String) {
        guard report.status.flow != nil else { return nil }
        let steps = report.steps.filter { $0.state == "to come" }.map(\.name).dropLast()
        guard !steps.isEmpty else { return nil }
        self = .step(label: label, none: none, verb: verb, steps: Array(steps))
    }

    /// What it changes.
    var line: String {
        switch self {
        case .step(_, _, "End", _): "With a step, it goes on until that step begins, and ends then."
        case .step: "With a step, it goes on until that step begins, and pauses then."
        case .rows: "Rows in the way stop the undo. Those that are ticked are removed with the rest, for good."
        }
    }

    var fields: Fields {
        switch self {
        case .step(let label, let none, let verb, let steps):
            let options = steps.map { ["value": $0, "words": "\(verb) when \($0) begins"] as Fields }
            return ["isStep": true, "label": label, "options": [["value": "", "words": none] as Fields] + options]
        case .rows(let rows):
            return [
                "isStep": false, "label": "Rows of others to remove, too", "rows": rows.map { ["value": $0] as Fields },
            ]
        }
    }
}
