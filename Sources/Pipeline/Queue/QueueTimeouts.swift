/// How long the queue waits. `QueueConfiguration` checks the limits.
public struct QueueTimeouts: Sendable, Equatable {
    /// How long an enqueuer may be silent before another may begin its relocation again.
    public var uploadLeaseMilliseconds = 10_000
    public var connectMilliseconds = 1_000
    /// Bounds each wait for an answer.
    public var commandMilliseconds = 1_000

    public init() {}
}
