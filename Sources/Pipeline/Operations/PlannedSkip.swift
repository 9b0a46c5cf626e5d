import Catalogue
import Queue
import Reporting

/// How much of a failed chunk is left out.
package enum SkipExtent: Sendable, Equatable {
    /// The failing row.
    case row
    case chunk
}

/// What is about to be left out of a relocation, and what that costs.
package struct PlannedSkip: Sendable, Equatable {
    let task: FailedTask
    let chunk: QueueTask
    /// Nil if the whole chunk is meant.
    let row: RowPlace?
    /// Rows still to be imported that are lost with it.
    package let dependents: Dependents

    package enum Dependents: Sendable, Equatable {
        case counted(DependentCount)
        /// They cannot be counted: why, and the remedy.
        case unknown(String)
    }

    /// What the operator must know before.
    package var text: String {
        let what = row.map(\.text) ?? TaskNote(chunk).text
        return "This leaves out \(PlainText.line(what)) for good. \(dependents.text)"
    }
}

extension PlannedSkip.Dependents {
    fileprivate var text: String {
        switch self {
        case .unknown(let reason): "How many rows depend on it cannot be told: \(reason)."
        case .counted(let count): count.text
        }
    }
}

extension DependentCount {
    fileprivate var text: String {
        let total = direct + further
        guard total > 0 else { return "No row that is still to be imported depends on it." }
        let names = models.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value)" }.joined(separator: ", ")
        let verb = total == 1 ? "row depends on it and is" : "rows depend on it and are"
        let indirect = further == 0 ? "" : ", \(further) of them through further rows"
        return "\(total) \(verb) dropped too\(indirect): \(names)."
    }
}
