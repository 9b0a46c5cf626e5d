public import TaskFormat
public import Queue

/// How a worker process works.
// More than eight properties: one per setting.
public struct WorkerSettings: Sendable {
    public var queue: QueueConfiguration
    public var destination: DestinationSettings
    /// Opens the tasks of relocations that were sealed; nil where no key is configured.
    public var payloadKeys: PayloadKeyring?
    /// Ends when nothing is left that can go on without an operator.
    public var drains = false
    /// Relocations worked at the same time, each on connections of its own.
    public var concurrency = 1
    /// Milliseconds for which Redis or the database may stay away before the worker gives up.
    public var outageBudgetMilliseconds = 30_000
    public var retries = RetryPolicy()
    /// Milliseconds for which a call to Redis is sent again after a transient error, as long as the lease holds.
    public var queuePatienceMilliseconds = 10_000
    /// How many chunks are committed together.
    public var groups = GroupPolicy()
    /// Milliseconds that a loop may take for a turn before it counts as hanging: longer than any statement may take.
    public var stallLimitMilliseconds = 60_000
    /// The service manager, where one listens.
    public var notifier: SystemdNotifier?
    /// Ends the process when a loop hangs for good; called on a thread of its own, with the reason.
    public var abandon: @Sendable (String) -> Void = { _ in }
    /// Shown to operators as the owner of what is being worked on.
    public var name: String

    public static let concurrencyLimits = 1...64
    /// Seconds.
    public static let stallLimits = 2...86_400

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
