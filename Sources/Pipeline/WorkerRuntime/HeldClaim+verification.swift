import Catalogue
import Queue

internal import Logging

extension HeldClaim {
    /// A verification has found differences.
    ///
    /// - Parameter findings: JSON objects
    func fail(_ counts: VerificationCounts, _ findings: [String]) throws(QueueError) -> RunEnd {
        let totals = counts.totals
        let reason =
            "\(totals.missing) \(totals.missing == 1 ? "row is" : "rows are") missing, \(totals.different) "
            + "\(totals.different == 1 ? "differs" : "differ") as no rule allows"
            + (totals.unwritten > 0 ? "; what derives from repaired rows could not all be written" : "")
        lease.end()
        try queue.fail(claim, findings: findings, reason: reason)
        FlowMetrics.failed("verification")
        log.error("relocation failed", metadata: ["reason": "\(reason)"])
        return .failed
    }
}
