import CommandLine
import Failpoints
import Logging
import TestSupport

@testable import WorkerRuntime
@testable import Queue
@testable import Storage

/// Workers that follow each other, as a supervisor would start them. Everything runs on the calling thread, with the same
/// steps as in the program.
struct FaultyWorkers {
    private let site: DatabaseSite
    private let configuration: QueueConfiguration
    private let admin: RelocationQueue
    /// What their settings have beside the usual ones.
    private let change: (inout WorkerSettings) -> Void

    init(
        _ site: DatabaseSite, _ configuration: QueueConfiguration, _ admin: RelocationQueue,
        change: @escaping (inout WorkerSettings) -> Void = { _ in }
    ) {
        self.site = site
        self.configuration = configuration
        self.admin = admin
        self.change = change
    }

    /// Runs one worker after the other until nothing is left.
    func work(_ schedule: FaultSchedule) throws {
        var worker = Worker()
        for _ in 1...10 {
            if schedule.isDead {
                worker = Worker()
                schedule.revive()
            }
            do {
                let isIdle = try Failpoint.observing(schedule.observe) { try turn(&worker, schedule) }
                if isIdle { return }
            } catch is QueueError {
                // As in a slot: the next round tries again.
            } catch is Failpoint.Reached {}
            try expire()
        }
        throw SystemFailure("the relocation does not end")
    }

    /// One worker's connections.
    private struct Worker {
        var queue: RelocationQueue?
        var destination: Destination?
    }

    /// Does what `WorkerSlot` does in a turn. True if nothing is left.
    private func turn(_ worker: inout Worker, _ schedule: FaultSchedule) throws -> Bool {
        let destination = try worker.destination ?? site.connect(schedule)
        worker.destination = destination
        let queue = try worker.queue ?? RelocationQueue(configuration)
        worker.queue = queue
        try Failpoint.reach("claim.before")
        switch try queue.claim(worker: "w", destination: ServedDestination(identity: destination.identity)) {
        case .held: return true
        case .idle(let idle): return idle.openRelocations == 0
        case .claimed(let claim):
            let end = try run(claim, queue, destination)
            switch end {
            case .completed, .released, .requeued, .lost, .queueTrouble: break
            case .postponed, .databaseTrouble: worker.destination = nil
            case .failed, .unusable:
                throw SystemFailure("ended as \(end): \(try admin.status(claim.uuid).failureReason)")
            }
            return false
        }
    }

    private func run(_ claim: Claim, _ queue: RelocationQueue, _ destination: Destination) throws -> RunEnd {
        var settings = WorkerSettings(
            queue: configuration, destination: DestinationSettings(region: try DatabaseURL(site.urls[0])), name: "w")
        settings.retries.baseMilliseconds = 0
        settings.retries.maxMilliseconds = 0
        // Each run has the same steps, even on a slow machine.
        settings.commitBatches.maxMilliseconds = .max
        change(&settings)
        let held = HeldClaim(
            claim, lease: LeaseClock(leaseMilliseconds: claim.leaseMilliseconds), queue: queue,
            retries: settings.retries, log: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
        return RelocationRunner(
            Turn(
                held: held, destination: destination, settings: settings, vitals: WorkerVitals(),
                heartbeat: Heartbeat("test"), stop: StopSignal())
        ).run()
    }

    /// Lets all leases expire.
    func expire() throws {
        let script = """
            for _, lane in ipairs(redis.call('KEYS', '*leased:*')) do
              for _, uuid in ipairs(redis.call('ZRANGE', lane, 0, -1)) do redis.call('ZADD', lane, 1, uuid) end
            end
            for _, record in ipairs(redis.call('KEYS', '*record:*')) do
              if redis.call('HGET', record, 'uploadToken') then redis.call('HSET', record, 'uploadExpiresAt', 1) end
            end
            """
        _ = try admin.connection.call(["EVAL", .text(script), "0"])
    }
}
