/// When a task is tried again after a transient error that concerns its relocation alone, and when the worker gives up.
///
/// The standard schedule doubles from half a second to eight hours: 25 attempts are spread over about three days.
public struct RetryPolicy: Sendable, Equatable {
    /// Attempts of one task before the relocation fails.
    public var maxAttempts = 25
    /// Milliseconds before the second attempt. Each further attempt doubles them.
    public var baseMilliseconds = 500
    /// The longest delay in milliseconds.
    public var maxMilliseconds = 28_800_000

    /// Consecutive crashes at one task after which it goes into quarantine.
    public var maxConsecutiveCrashes = 10

    public static let attemptLimits = 1...1_000

    public init() {}

    /// Milliseconds to wait after a failed attempt: the doubled base, up to 15 percent more or less.
    ///
    /// - Parameters:
    ///   - attempt: 1-based number of the attempt that failed.
    ///   - jitter: 0..<1
    public func delay(afterAttempt attempt: Int, jitter: Double) -> Int {
        let doublings = min(max(attempt - 1, 0), 30)
        let full = min(Double(maxMilliseconds), Double(baseMilliseconds) * Double(1 << doublings))
        return Int(full * (0.85 + 0.3 * jitter))
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
