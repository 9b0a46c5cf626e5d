public import Queue

/// How a worker process works.
public struct WorkerSettings: Sendable {
    public var queue: QueueConfiguration
    public var destination: DestinationSettings
    /// Ends when nothing is left that can go on without an operator.
    public var drains = false
    /// Relocations worked at the same time, each on connections of its own.
    public var concurrency = 1
    /// Milliseconds for which Redis or the database may stay away before the worker gives up.
    public var outageBudgetMilliseconds = 30_000
    public var retries = RetryPolicy()
    /// Shown to operators as the owner of what is being worked on.
    public var name: String

    public static let concurrencyLimits = 1...64

    public init(queue: QueueConfiguration, destination: DestinationSettings, name: String) {
        self.queue = queue
        self.destination = destination
        self.name = name
    }
}

/// Why a worker process ended.
public enum WorkerEnd: Error, Sendable {
    /// Asked to stop, or drained.
    case finished
    /// Redis or the database stayed away beyond the budget.
    case unreachable(String)
    /// Redis or the database let nobody in.
    case refused(String)
    /// The database does not fit the catalogue.
    case schema(String)
}
