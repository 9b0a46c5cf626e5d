public import Logging
import Queue

/// A worker process: slots that work relocations, and the keeper of their leases.
public struct Worker: Sendable {
    private let settings: WorkerSettings
    private let stop: StopSignal
    private let log: Logger
    private let vitals = WorkerVitals()

    public init(_ settings: WorkerSettings, stop: StopSignal, log: Logger) {
        self.settings = settings
        self.stop = stop
        self.log = log
    }

    /// The names of the loops that hang; empty if all turn.
    package var hangingLoops: [String] { vitals.hangingLoops }

    /// Runs until stopped, drained or cut off; the first slot that ends for another reason than being finished ends
    /// the others.
    public func run() async -> WorkerEnd {
        let keeper = LeaseKeeper(settings, vitals: vitals, stop: stop, log: log)
        let watchdog = Watchdog(settings, vitals: vitals, stop: stop, log: log)
        let shared = WorkerShared(
            settings: settings, keeper: keeper, gate: SchemaGate(), vitals: vitals, stop: stop, log: log)
        log.info(
            "worker started",
            metadata: [
                "version": "\(settings.version)", "redis": "\(settings.queue.url)",
                "redis.prefix": "\(settings.queue.prefix)", "destination": "\(settings.destinationName)",
                "database": "\(settings.destination.address)", "slots": .stringConvertible(settings.concurrency),
            ])
        FlowMetrics.begin()
        watchdog.start()
        defer { watchdog.end() }
        return await withTaskGroup(of: WorkerEnd?.self) { group in
            group.addTask {
                await keeper.run()
                return nil
            }
            for number in 1...settings.concurrency {
                let slot = WorkerSlot(number, shared)
                group.addTask { await slot.run() }
            }
            var result = WorkerEnd.finished
            var running = settings.concurrency
            while running > 0, let end = await group.next() {
                guard let end else { continue }
                running -= 1
                if case .finished = end { continue }
                result = end
                stop.request()
            }
            group.cancelAll()
            if case .finished = result, settings.drains, vitals.failures > 0 { return .failures(vitals.failures) }
            return result
        }
    }
}
