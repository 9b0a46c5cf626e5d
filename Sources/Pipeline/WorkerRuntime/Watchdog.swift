internal import Dispatch
internal import Glibc
internal import Logging
internal import Synchronization

/// Watches the worker's loops from a thread of its own. It reports to the service manager while all loops make progress,
/// asks a stalled loop to reconnect, and ends the process if that does not help: a worker that runs but does nothing is
/// replaced by a new process.
final class Watchdog: Sendable {
    private let vitals: WorkerVitals
    private let notifier: SystemdNotifier?
    private let stop: StopSignal
    private let limitMilliseconds: Int
    private let checkIntervalMilliseconds: Int
    private let abandon: @Sendable (String) -> Void
    private let log: Logger
    private let isOver = Atomic<Bool>(false)

    /// Milliseconds between two checks.
    private static let checkIntervalLimits = 20...1_000
    /// Milliseconds between two status reports if the service manager sets no watchdog interval.
    private static let reportMilliseconds = 5_000

    init(_ settings: WorkerSettings, vitals: WorkerVitals, stop: StopSignal, log: Logger) {
        self.vitals = vitals
        self.stop = stop
        self.log = log
        notifier = settings.notifier
        limitMilliseconds = settings.stallLimitMilliseconds
        abandon = settings.abandon
        let wanted = min(limitMilliseconds / 10, (notifier?.watchdogMilliseconds ?? .max) / 4)
        let limits = Self.checkIntervalLimits
        checkIntervalMilliseconds = min(max(wanted, limits.lowerBound), limits.upperBound)
    }

    func start() { DispatchQueue(label: "relocation.watchdog").async { self.run() } }

    /// Stops the checks. The thread may sleep until the process ends, so this call itself tells the service manager.
    func end() {
        isOver.store(true, ordering: .sequentiallyConsistent)
        notifier?.stopping()
    }

    private func run() {
        var detector = StallDetector(
            limitMilliseconds: limitMilliseconds, checkIntervalMilliseconds: checkIntervalMilliseconds)
        var reporter = ServiceManagerReporter(
            notifier, checkIntervalMilliseconds: checkIntervalMilliseconds, reportMilliseconds: Self.reportMilliseconds)
        while !isOver.load(ordering: .sequentiallyConsistent) {
            let loops = vitals.heartbeats
            switch detector.check(loops.map(\.reading)) {
            case .healthy:
                vitals.hangingLoops = []
                reporter.report(vitals, stop)
            case .waiting: break
            case .reconnect(let stalled):
                vitals.hangingLoops = stalled.map { loops[$0].name }
                for index in stalled {
                    log.error("a loop hangs: asked to reconnect", metadata: ["loop": "\(loops[index].name)"])
                    loops[index].askToReconnect()
                }
            case .stalled(let index):
                log.critical("a loop hangs for good: the process ends", metadata: ["loop": "\(loops[index].name)"])
                return abandon("The worker's loop \(loops[index].name) hangs: the supervisor must restart the worker.")
            }
            usleep(UInt32(checkIntervalMilliseconds) * 1_000)
        }
    }
}

/// Reports to the service manager: each change of state once, and the status at an interval.
private struct ServiceManagerReporter {
    private let notifier: SystemdNotifier?
    private let checkIntervalMilliseconds: Int
    private let reportMilliseconds: Int
    private var hasReportedReady = false
    private var hasReportedStopping = false
    private var millisecondsSinceReport = 0

    init(_ notifier: SystemdNotifier?, checkIntervalMilliseconds: Int, reportMilliseconds: Int) {
        self.notifier = notifier
        self.checkIntervalMilliseconds = checkIntervalMilliseconds
        self.reportMilliseconds =
            notifier?.watchdogMilliseconds.map { min($0 / 2, reportMilliseconds) } ?? reportMilliseconds
        millisecondsSinceReport = self.reportMilliseconds
    }

    /// Called at each check that finds every loop healthy.
    mutating func report(_ vitals: WorkerVitals, _ stop: StopSignal) {
        guard let notifier else { return }
        let isStopping = stop.isRequested
        if vitals.isReady, !hasReportedReady {
            hasReportedReady = true
            notifier.ready(vitals.summary)
        }
        if isStopping, !hasReportedStopping {
            hasReportedStopping = true
            notifier.stopping()
        }
        millisecondsSinceReport += checkIntervalMilliseconds
        // Reports now if the next check would be too late.
        guard millisecondsSinceReport + checkIntervalMilliseconds > reportMilliseconds else { return }
        millisecondsSinceReport = 0
        let working = (stop.isQuiet ? "quiet; " : "") + vitals.summary
        let status = isStopping ? "stopping" : vitals.isReady ? working : "waiting for Redis and the database"
        if notifier.watchdogMilliseconds == nil { notifier.show(status) } else { notifier.alive(status) }
    }
}
