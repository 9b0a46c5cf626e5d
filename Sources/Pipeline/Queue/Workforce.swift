/// The worker processes at one moment, and the destinations that operators hold.
public struct Workforce: Sendable, Equatable {
    /// Milliseconds since 1970 on Redis' clock.
    public var now: Int64
    /// By name.
    public var workers: [WorkerEntry]
    /// Name of a destination that an operator holds → who holds it and since when.
    public var holds: [String: DestinationHold]

    public init(now: Int64, workers: [WorkerEntry] = [], holds: [String: DestinationHold] = [:]) {
        self.now = now
        self.workers = workers
        self.holds = holds
    }

    /// Signs of life that may be missing before a worker counts as gone.
    static let missedBeats: Int64 = 3

    /// Whether a worker gives no sign of life any more.
    public func isGone(_ worker: WorkerEntry) -> Bool {
        now - worker.heartbeatAt > Self.missedBeats * Int64(max(worker.everyMilliseconds, 1))
    }

    /// The living workers that take a relocation.
    public func serving(_ status: RelocationStatus) -> [WorkerEntry] { present(status).filter { !$0.isQuiet } }

    /// The living workers that could take a relocation if they were told to go on.
    public func quiet(_ status: RelocationStatus) -> [WorkerEntry] { present(status).filter(\.isQuiet) }

    /// Those of its destination: a name belongs to one database.
    private func present(_ status: RelocationStatus) -> [WorkerEntry] {
        workers.filter { !isGone($0) && !$0.isStopping && $0.destinationName == status.destinationName }
    }

    /// The newest process of this name; nil if none has told of itself.
    public func worker(named name: String) -> WorkerEntry? {
        workers.filter { $0.name == name }.max { $0.heartbeatAt < $1.heartbeatAt }
    }
}

/// Why the workers of a destination take nothing: an operator holds its queue.
public struct DestinationHold: Sendable, Equatable {
    /// The operator; empty if unknown.
    public var by: String
    /// Milliseconds since 1970 on Redis' clock.
    public var since: Int64

    public init(by: String, since: Int64) {
        self.by = by
        self.since = since
    }

    /// `1700000000000 ada@host`
    init(_ text: String) {
        let parts = text.split(separator: " ", maxSplits: 1).map(String.init)
        since = RecordFields.bounded(time: parts.first.flatMap { Int64($0) } ?? 0)
        by = parts.count == 2 ? parts[1] : ""
    }
}
