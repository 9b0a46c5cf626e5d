/// How long a call is sent again after a transient error: for a worker that holds a claim, so that a stall of Redis
/// costs it no work. Every script may be sent again: it happens once.
public struct CallRetries {
    /// Milliseconds after which no call is sent again, counted from its first error.
    public var limitMilliseconds: Int
    /// Asked before each further attempt: whether the caller may still go on.
    public var mayRetry: (QueueError) -> Bool

    /// Milliseconds before the second attempt, doubled with each further one.
    static let firstPauseMilliseconds = 20
    /// No pause is longer.
    static let longestPauseMilliseconds = 250

    public init(limitMilliseconds: Int, mayRetry: @escaping (QueueError) -> Bool) {
        self.limitMilliseconds = limitMilliseconds
        self.mayRetry = mayRetry
    }
}
