internal import Logging
import Queue

/// Renews the leases of everything this process works on, over a connection of its own, so that a long statement never
/// costs a lease. In the same rhythm it tells that the process lives.
actor LeaseKeeper {
    private let executor = BlockingExecutor(label: "relocation.leases")
    nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

    private let configuration: QueueConfiguration
    private let heartbeat: Heartbeat
    private let log: Logger
    private var herald: WorkerHerald
    private var queue: RelocationQueue?
    private var held: [Int64: (claim: Claim, clock: LeaseClock)] = [:]

    init(_ settings: WorkerSettings, vitals: WorkerVitals, stop: StopSignal, log: Logger) {
        configuration = settings.queue
        heartbeat = vitals.heartbeat("leases")
        self.log = log
        herald = WorkerHerald(
            settings, vitals, stop, rhythm: Self.interval(configuration), log: log)
    }

    /// Milliseconds between two renewals: a quarter of the lease.
    private static func interval(_ configuration: QueueConfiguration) -> Int {
        max(configuration.leaseMilliseconds / 4, 20)
    }

    func keep(_ claim: Claim, _ clock: LeaseClock) {
        held[claim.token] = (claim, clock)
        FlowMetrics.claimsHeld(held.count)
    }

    func forget(_ claim: Claim) {
        held[claim.token] = nil
        FlowMetrics.claimsHeld(held.count)
    }

    /// Milliseconds after a renewal that failed: a lease that is not renewed has little time left.
    private static let retryMilliseconds = 100

    /// Renews every quarter of the lease, and tells that this process lives, until cancelled.
    func run() async {
        let interval = Self.interval(configuration)
        defer {
            herald.signOff(queue)
            heartbeat.retire()
        }
        heartbeat.allow(milliseconds: configuration.leaseMilliseconds / 4)
        while !Task.isCancelled {
            heartbeat.beat()
            if heartbeat.takeRequestToReconnect() { queue = nil }
            let isAnswered = renew()
            herald.tell(connect)
            let pause = isAnswered ? interval : min(interval, Self.retryMilliseconds)
            // A cancelled sleep ends the loop.
            do { try await Task.sleep(for: .milliseconds(pause)) } catch { return }
        }
    }

    private func connect() throws(QueueError) -> RelocationQueue {
        if let queue { return queue }
        let opened = try RelocationQueue(configuration)
        queue = opened
        return opened
    }

    /// Whether Redis has answered.
    private func renew() -> Bool {
        let entries = Array(held.values)
        guard !entries.isEmpty else { return true }
        let sentAt = LeaseClock.now()
        do {
            let queue = try connect()
            let renewals = try FlowMetrics.timed(.renew) { () throws(QueueError) in
                try queue.renew(entries.map(\.claim))
            }
            for (entry, renewal) in zip(entries, renewals) {
                switch renewal {
                case .held(let request):
                    entry.clock.request = request
                    entry.clock.extend(leaseMilliseconds: configuration.leaseMilliseconds, sentAt: sentAt)
                case .lost(let loss):
                    if entry.clock.isEnding { continue }
                    entry.clock.lose(loss)
                    log.warning(
                        "lease lost",
                        metadata: ["relocation.uuid": "\(entry.claim.uuid)", "reason": "\(loss.words)"])
                case .failed(let error):
                    log.warning("leases not renewed", metadata: ["error": "\(error)"])
                }
            }
            return true
        } catch {
            // The clocks run out by themselves if this goes on.
            log.warning("leases not renewed", metadata: ["error": "\(error)"])
            return false
        }
    }
}
