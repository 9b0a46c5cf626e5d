internal import Logging
import Queue

/// Tells Redis that this process lives, and what it does: one short script a second for the whole process, however
/// many slots it has.
struct WorkerHerald {
    private let settings: WorkerSettings
    private let vitals: WorkerVitals
    private let stop: StopSignal
    private let log: Logger
    private let everyMilliseconds: Int
    /// On the lease clock; nil before the first time.
    private var toldAt: Int64?
    private var hasWarned = false

    /// Milliseconds between two signs of life, unless leases are renewed less often.
    private static let leastMilliseconds = 1_000

    /// - Parameter rhythm: milliseconds between two calls of `tell`
    init(_ settings: WorkerSettings, _ vitals: WorkerVitals, _ stop: StopSignal, rhythm: Int, log: Logger) {
        self.settings = settings
        self.vitals = vitals
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
            let request = try connect().beat(entry)
            toldAt = now
            hasWarned = false
            if let request { follow(request) }
        } catch {
            // The slots report an outage themselves; what Redis refuses is said once.
            if !hasWarned, !error.isTransient { log.warning("worker not shown", metadata: ["error": "\(error)"]) }
            hasWarned = true
        }
    }

    private func follow(_ request: WorkerRequest) {
        stop.setQuiet(request.isQuiet)
        log.info(
            request.isQuiet ? "quiet: finishes what is claimed and takes no more" : "goes on",
            metadata: ["operator": "\(request.by)"])
    }

    /// The process ends in order.
    func signOff(_ queue: RelocationQueue?) {
        guard let queue, toldAt != nil else { return }
        do { try queue.signOff(entry) } catch {
            // The worker is then shown as gone for a while.
        }
    }

    private var entry: WorkerEntry {
        var entry = WorkerEntry(
            name: settings.name, instance: settings.instance, host: settings.host, pid: settings.processID)
        entry.version = settings.version
        entry.destinationName = settings.destinationName.text
        entry.destinationAddress = settings.destination.address
        entry.concurrency = settings.concurrency
        entry.slots = vitals.board.slots()
        entry.isQuiet = stop.isQuiet
        entry.isDraining = settings.drains
        entry.isStopping = stop.isRequested
        entry.trouble = vitals.health.trouble?.message ?? ""
        entry.everyMilliseconds = everyMilliseconds
        return entry
    }
}
