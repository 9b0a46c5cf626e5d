internal import Synchronization

/// What a worker process reports of itself: the heartbeats of its loops, whether it is able to work, and what it has
/// done.
// More than eight properties: one per thing that is reported.
final class WorkerVitals: Sendable {
    /// What others are told of it.
    let board = WorkerBoard()
    /// Of the destination.
    let health = DestinationHealth()
    private let loops = Mutex<[Heartbeat]>([])
    private let hanging = Mutex<[String]>([])
    private let reached = Atomic<Bool>(false)
    private let chunks = Atomic<Int>(0)
    private let working = Atomic<Int>(0)
    private let completed = Atomic<Int>(0)
    private let failed = Atomic<Int>(0)

    /// Adds the heartbeat of another loop.
    func heartbeat(_ name: String) -> Heartbeat {
        let heartbeat = Heartbeat(name)
        heartbeat.beat()
        loops.withLock { $0.append(heartbeat) }
        return heartbeat
    }

    var heartbeats: [Heartbeat] { loops.withLock { $0 } }

    /// The names of the loops that hang, as the watchdog has last found them.
    var hangingLoops: [String] {
        get { hanging.withLock { $0 } }
        set { hanging.withLock { $0 = newValue } }
    }

    /// Redis and the databases answer.
    func markReady() { reached.store(true, ordering: .sequentiallyConsistent) }
    var isReady: Bool { reached.load(ordering: .sequentiallyConsistent) }

    /// Relocations that have failed.
    var failures: Int { failed.load(ordering: .relaxed) }

    func countChunk() { chunks.wrappingAdd(1, ordering: .relaxed) }
    func claimed() { working.wrappingAdd(1, ordering: .relaxed) }

    func ended(_ end: RunEnd) {
        working.wrappingSubtract(1, ordering: .relaxed)
        switch end {
        case .completed: completed.wrappingAdd(1, ordering: .relaxed)
        case .failed: failed.wrappingAdd(1, ordering: .relaxed)
        case .postponed, .released, .requeued, .lost, .queueTrouble, .databaseTrouble, .unusable: break
        }
    }

    /// One line for people.
    var summary: String {
        let now = working.load(ordering: .relaxed)
        let (chunks, completed) = (chunks.load(ordering: .relaxed), completed.load(ordering: .relaxed))
        return "working on \(now) relocations; since start \(chunks) chunks, \(completed) completed, \(failures) failed"
    }
}
