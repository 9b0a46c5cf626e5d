/// When a transient error is retried, and when the worker gives up.
public struct RetryPolicy: Sendable, Equatable {
    /// Attempts of one task before the relocation fails.
    public var maxAttempts = 10
    /// Milliseconds before the second attempt. Each further attempt doubles them.
    public var baseMilliseconds = 500
    /// The longest delay in milliseconds.
    public var maxMilliseconds = 60_000

    /// Consecutive crashes at one task after which it goes into quarantine.
    public var maxConsecutiveCrashes = 10

    public init() {}

    /// Milliseconds to wait after a failed attempt: between half of the doubled base and all of it.
    ///
    /// - Parameters:
    ///   - attempt: 1-based number of the attempt that failed.
    ///   - jitter: 0..<1
    public func delay(afterAttempt attempt: Int, jitter: Double) -> Int {
        let doublings = min(max(attempt - 1, 0), 30)
        let full = min(Double(maxMilliseconds), Double(baseMilliseconds) * Double(1 << doublings))
        return Int(full / 2 + full / 2 * jitter)
    }

    /// What happens to a task after a transient error.
    public func decision(afterAttempt attempt: Int, jitter: Double) -> Decision {
        attempt >= maxAttempts ? .giveUp : .retry(milliseconds: delay(afterAttempt: attempt, jitter: jitter))
    }

    public enum Decision: Sendable, Equatable {
        case retry(milliseconds: Int)
        case giveUp
    }
}
