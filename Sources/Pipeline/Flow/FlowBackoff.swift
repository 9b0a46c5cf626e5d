/// When a task is tried again: the reference's exponential back-off with full jitter.
package enum FlowBackoff {
    /// Milliseconds.
    package static let base = 60_000
    package static let cap = 600_000

    /// Milliseconds before the next attempt.
    ///
    /// - Parameters:
    ///   - attempt: 1-based number of the one that failed
    ///   - jitter: 0..<1
    ///   - limit: the longest delay that the worker is set to
    package static func delay(afterAttempt attempt: Int, jitter: Double, limit: Int = cap) -> Int {
        let doublings = min(max(attempt - 1, 0), 10)
        return Int(Double(min(cap, base << doublings, limit)) * jitter)
    }
}
