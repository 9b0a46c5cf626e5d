/// When passing trouble is tried again, and when it is given up.
public struct RetryPolicy: Sendable, Equatable {
    /// Attempts of one task before the relocation fails.
    public var maxAttempts = 10
    /// Milliseconds before the second attempt, doubled with each further one.
    public var baseMilliseconds = 500
    /// No delay is longer.
    public var maxMilliseconds = 60_000

    /// Consecutive crashes at one task before it goes into quarantine.
    public var maxConsecutiveCrashes = 10

    public init() {}

    /// Milliseconds to wait after an attempt that failed: between half of the doubled base and all of it.
    ///
    /// - Parameters:
    ///   - attempt: 1-based number of the attempt that failed.
    ///   - jitter: 0..<1
    public func delay(afterAttempt attempt: Int, jitter: Double) -> Int {
        let doublings = min(max(attempt - 1, 0), 30)
        let full = min(Double(maxMilliseconds), Double(baseMilliseconds) * Double(1 << doublings))
        return Int(full / 2 + full / 2 * jitter)
    }

    /// What becomes of a task after an attempt met passing trouble.
    public func decision(afterAttempt attempt: Int, jitter: Double) -> Decision {
        attempt >= maxAttempts ? .giveUp : .retry(milliseconds: delay(afterAttempt: attempt, jitter: jitter))
    }

    public enum Decision: Sendable, Equatable {
        case retry(milliseconds: Int)
        case giveUp
    }
}
