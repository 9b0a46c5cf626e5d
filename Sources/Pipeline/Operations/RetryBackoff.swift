import Catalogue

/// When to repeat a call that Redis did not answer: soon, then at growing intervals, until a time limit. Pure: the
/// caller has the clock and sleeps.
package struct RetryBackoff: Sendable, Equatable {
    static let firstDelayMilliseconds: Int64 = 50
    static let maximumDelayMilliseconds: Int64 = 1_000

    /// Milliseconds from the first failure until no more calls are made; 0 repeats nothing.
    package let limitMilliseconds: Int64
    private var failedFirstAt: Int64?
    private var delay = Self.firstDelayMilliseconds

    package init(limitMilliseconds: Int64) { self.limitMilliseconds = limitMilliseconds }

    /// The milliseconds to wait before the next call; nil if the time limit is reached.
    ///
    /// - Parameter now: milliseconds of a clock that never goes back
    package mutating func delayAfterFailure(at now: Int64) -> Int64? {
        let start = failedFirstAt ?? now
        failedFirstAt = start
        let left = limitMilliseconds.saturatedSubtracting(now.saturatedSubtracting(start))
        guard left > 0 else { return nil }
        defer { delay = min(2 * delay, Self.maximumDelayMilliseconds) }
        return min(delay, left)
    }
}
