public import TaskFormat
public import Queue
import Relocation
import Storage
package import EventSinks

/// The settings of a worker process.
// More than eight properties: one per setting.
public struct WorkerSettings: Sendable {
    public var queue: QueueConfiguration
    public var destination: DestinationSettings
    /// The name that the destination has for enqueuers.
    public var destinationName = DestinationName.standard
    /// Whether the worker takes the name over if another database has it.
    public var rebinds = false
    /// Opens sealed tasks; nil if no key is configured.
    public var payloadKeys: PayloadKeyring?
    /// Whether the worker ends once nothing is left that can continue without an operator.
    public var drains = false
    /// Milliseconds that a worker that drains waits for a lease or a next attempt to come.
    public var drainWaitMilliseconds = 60_000
    /// Slots: relocations worked at the same time, each on connections of its own.
    public var concurrency = 1
    /// Milliseconds for which Redis may be unreachable before the worker gives up; the destination too, while the worker
    /// has not worked yet or if it drains.
    public var outageBudgetMilliseconds = 30_000
    public var retries = RetryPolicy()
    /// Milliseconds for which a call to Redis is sent again after a transient error, as long as the lease holds.
    public var queueRetryMilliseconds = 10_000
    /// How many chunks commit together.
    public var commitBatches = CommitBatchPolicy()
    /// Milliseconds that one iteration of a loop may take before the loop counts as stalled; longer than any statement may
    /// take.
    public var stallLimitMilliseconds = 60_000
    /// Tells people and programs about relocations with steps; nil if nobody is told.
    public var notices: NoticeSettings?
    /// Whether other installations may not have organizations of this one exported.
    public var refusesExports = false
    /// Where messages about saved events go.
    package var eventSink = SinkSettings()
    /// Reports to the service manager; nil if none listens.
    public var notifier: SystemdNotifier?
    /// Ends the process when a loop stalls for good. The watchdog's thread calls it, with the reason.
    public var abandon: @Sendable (String) -> Void = { _ in }
    /// Shown to operators as the owner of the relocations that this process works.
    public var name: String
    public var host = ""
    public var processID = 0
    /// Tells this process from an earlier one of the same name.
    public var instance = String(UInt32.random(in: .min ... .max), radix: 36)
    /// The version of the program, for operators.
    public var version = ""

    /// The kinds of tasks that the worker takes.
    var knownKinds: Set<String> {
        refusesExports ? TaskPreparer.knownKinds.subtracting([TaskKind.export.rawValue]) : TaskPreparer.knownKinds
    }

    public static let concurrencyLimits = 1...64
    /// Seconds.
    public static let stallLimits = 2...86_400

    public init(queue: QueueConfiguration, destination: DestinationSettings, name: String) {
        self.queue = queue
        self.destination = destination
        self.name = name
    }
}

extension WorkerSettings {
    /// What a worker with these settings serves.
    func serving(_ destination: Destination) -> ServedDestination {
        ServedDestination(
            name: destinationName, identity: destination.identity, formerIdentity: destination.formerIdentity,
            address: self.destination.address)
    }
}

/// Why a worker process ended.
public enum WorkerEnd: Error, Sendable {
    /// The worker was asked to stop, or has drained the queue.
    case finished
    /// The queue is drained, and so many relocations have failed on this worker.
    case failures(Int)
    /// The worker drained what it could. These relocations wait for longer than it waits for them: some of them, and
    /// the time until the first can go on.
    case later([String], seconds: Int)
    /// Redis or the database was unreachable for longer than the outage budget.
    case unreachable(String)
    /// Redis or the database refused access.
    case refused(String)
    /// Redis lacks what the queue needs.
    case unsupported(String)
    /// The database's schema does not fit the catalogue.
    case schema(String)
    /// The destination's name belongs to another database.
    case taken(String)
}
