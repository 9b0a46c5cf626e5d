internal import Dispatch
internal import Glibc
internal import Logging
internal import Synchronization

/// Watches the worker's loops from a thread of its own: tells the service manager that they turn, asks one that does
/// not to reconnect, and ends the process when that does not help. A worker that is alive but consumes nothing does
/// not stay.
final class SelfCheck: Sendable {
    private let vitals: WorkerVitals
    private let notifier: SystemdNotifier?
    private let stop: StopSignal
    private let limitMilliseconds: Int
    private let lookMilliseconds: Int
    private let abandon: @Sendable (String) -> Void
    private let log: Logger
    private let isOver = Atomic<Bool>(false)

    /// Milliseconds between two looks.
    private static let lookLimits = 20...1_000
    /// Milliseconds between two lines of status where no watchdog asks for signs of life.
    private static let statusMilliseconds = 5_000

    init(_ settings: WorkerSettings, vitals: WorkerVitals, stop: StopSignal, log: Logger) {
        self.vitals = vitals
        self.stop = stop
        self.log = log
        notifier = settings.notifier
        limitMilliseconds = settings.stallLimitMilliseconds
        abandon = settings.abandon
        let wanted = min(limitMilliseconds / 10, (notifier?.watchdogMilliseconds ?? .max) / 4)
        lookMilliseconds = min(max(wanted, Self.lookLimits.lowerBound), Self.lookLimits.upperBound)
    }

    func start() { DispatchQueue(label: "relocation.check").async { self.run() } }

    /// The worker is done. The thread may be asleep until the process is gone: the manager is told here.
    func end() {
        isOver.store(true, ordering: .sequentiallyConsistent)
        notifier?.stopping()
    }

    private func run() {
        var detector = StallDetector(limitMilliseconds: limitMilliseconds, lookMilliseconds: lookMilliseconds)
        var manager = ManagerVoice(notifier, lookMilliseconds: lookMilliseconds, every: Self.statusMilliseconds)
        while !isOver.load(ordering: .sequentiallyConsistent) {
            let loops = vitals.heartbeats
            switch detector.look(loops.map(\.reading)) {
            case .healthy: manager.speak(vitals, isStopping: stop.isRequested)
            case .waiting: break
            case .reconnect(let stalled):
                for index in stalled {
                    log.error("a loop hangs: it is to reconnect", metadata: ["loop": "\(loops[index].name)"])
                    loops[index].askToReconnect()
                }
            case .stalled(let index):
                log.critical("a loop hangs for good: the process ends", metadata: ["loop": "\(loops[index].name)"])
                return abandon("The worker's loop \(loops[index].name) hangs: the supervisor is to start it anew.")
            }
            usleep(UInt32(lookMilliseconds) * 1_000)
        }
    }
}

/// What is said to the service manager, each thing once or at its interval.
private struct ManagerVoice {
    private let notifier: SystemdNotifier?
    private let lookMilliseconds: Int
    private let intervalMilliseconds: Int
    private var hasSaidReady = false
    private var hasSaidStopping = false
    private var sinceLast = 0

    init(_ notifier: SystemdNotifier?, lookMilliseconds: Int, every interval: Int) {
        self.notifier = notifier
        self.lookMilliseconds = lookMilliseconds
        intervalMilliseconds = notifier?.watchdogMilliseconds.map { min($0 / 2, interval) } ?? interval
        sinceLast = intervalMilliseconds
    }

    mutating func speak(_ vitals: WorkerVitals, isStopping: Bool) {
        guard let notifier else { return }
        if vitals.isReady, !hasSaidReady {
            hasSaidReady = true
            notifier.ready(vitals.summary)
        }
        if isStopping, !hasSaidStopping {
            hasSaidStopping = true
            notifier.stopping()
        }
        sinceLast += lookMilliseconds
        // The next look would come too late.
        guard sinceLast + lookMilliseconds > intervalMilliseconds else { return }
        sinceLast = 0
        let status = isStopping ? "stopping" : vitals.isReady ? vitals.summary : "waiting for Redis and the database"
        if notifier.watchdogMilliseconds == nil { notifier.show(status) } else { notifier.alive(status) }
    }
}
