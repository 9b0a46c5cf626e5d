import Catalogue
import Queue
import Undo

internal import Logging

/// The ends of an undo.
extension HeldClaim {
    /// All is removed.
    func undone(_ reason: String) throws(QueueError) -> RunEnd {
        lease.end()
        try queue.finishUndo(claim, reason: reason)
        FlowMetrics.record(.undone)
        log.info("relocation undone", metadata: ["reason": "\(reason)"])
        return .completed
    }

    /// Nothing is changed: the relocation gets back the state that it had.
    ///
    /// - Parameter refusal: why; nil if only the counts were wanted
    func returned(_ summary: UndoSummary, _ refusal: UndoRefusal? = nil) throws(QueueError) -> RunEnd {
        lease.end()
        try queue.returnUndo(claim, summary: summary.json, refusal: refusal.map { ($0.reason, $0.cause) })
        FlowMetrics.record(.released)
        log.info("relocation released", metadata: ["reason": "\(refusal?.reason ?? "the counts of an undo are told")"])
        return .released
    }
}

extension UndoRefusal {
    fileprivate var cause: UndoRecord.Cause {
        switch self {
        case .references: .references
        case .impossible: .impossible
        case .unknown: .unknown
        }
    }
}
