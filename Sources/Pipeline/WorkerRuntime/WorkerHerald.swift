internal import Logging
import Queue

/// Tells Redis that this process lives, and what it does: one short script a second for the whole process, however
/// many slots it has.
struct WorkerHerald {
    private let settings: WorkerSettings
    private let board: WorkerBoard
    private let stop: StopSignal
    private let log: Logger
    private let everyMilliseconds: Int
    /// On the lease clock; nil before the first time.
    private var toldAt: Int64?
    private var hasWarned = false

    /// Milliseconds between two signs of life, unless leases are renewed less often.
    private static let leastMilliseconds = 1_000

    /// - Parameter rhythm: milliseconds between two calls of `tell`
    init(_ settings: WorkerSettings, _ board: WorkerBoard, _ stop: StopSignal, rhythm: Int, log: Logger) {
        self.settings = settings
        self.board = board
        self.stop = stop
        self.log = log
        everyMilliseconds = max(rhythm, Self.leastMilliseconds)
    }

    /// Gives a sign of life if it is time for one.
    mutating func tell(_ connect: () throws(QueueError) -> RelocationQueue) {
        let now = LeaseClock.now()
        // A tenth early: the rhythm of the caller is never exact.
        if let toldAt, now - toldAt < Int64(everyMilliseconds * 9 / 10) { return }
        do throws(QueueError) {
            try connect().beat(entry)
            toldAt = now
            hasWarned = false
        } catch {
            // The slots report an outage themselves; what Redis refuses is said once.
            if !hasWarned, !error.isTransient { log.warning("worker not shown", metadata: ["error": "\(error)"]) }
            hasWarned = true
        }
    }

    /// The process ends in order.
    func signOff(_ queue: RelocationQueue?) {
        guard let queue, toldAt != nil else { return }
        do { try queue.signOff(entry) } catch {
            // The worker is then shown as gone for a while.
        }
    }

    private var entry: WorkerEntry {
        var entry = board.entry(settings, stop)
        entry.everyMilliseconds = everyMilliseconds
        return entry
    }
}
