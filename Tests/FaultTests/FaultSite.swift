import Catalogue
import CommandLine
import Reporting
import Failpoints
import Logging
import Operations
import TestSupport

@testable import Cutting
@testable import ExportFormat
@testable import TaskFormat
@testable import Relocation
@testable import WorkerRuntime
@testable import Import
@testable import Queue
@testable import Storage

/// The databases, Redis and export of one test. It runs whole imports, each with a schedule of faults. Everything runs
/// on the calling thread, with the same steps as in the two programs.
final class FaultSite {
    let site: DatabaseSite
    private let redis: RedisServer
    private let folder: TemporaryFolder
    private let admin: RelocationQueue
    private let configuration: QueueConfiguration
    private let options: RelocationOptions
    /// UUID → what the first pass found. It has no effect outside the process, so no fault is injected there.
    private var surveys: [String: (ExportSource, ExportSurvey)] = [:]

    static let uuid = "5f0c0f3e-8a4e-4d6c-9f0e-3d1c2b7a9e10"
    private static let priorUUID = "00000000-0000-4000-8000-000000000001"

    init(_ engine: DatabaseSite.Engine, isSplit: Bool, isAtomic: Bool) throws {
        redis = try RedisServer()
        folder = try TemporaryFolder()
        site = try DatabaseSite(engine, isSplit: isSplit)
        // Leases expire only when the test says so.
        configuration = try QueueConfiguration(url: RedisURL(redis.url), prefix: "test", leaseMilliseconds: 60_000)
        admin = try RelocationQueue(configuration)
        var options = RelocationOptions()
        options.atomic = isAtomic
        options.chunkSize = 2
        self.options = options
        _ = try run(FaultSchedule(), FaultyExport.prior, uuid: Self.priorUUID)
        try site.protect()
    }

    /// How an import ended.
    struct Outcome {
        let status: RelocationStatus
        let listed: [String]
        let snapshot: Snapshot
        /// As the destination's ledger says.
        let recordedEnd: String?
    }

    /// Enqueues and imports the export. Starts again after each fault, as an operator and a supervisor would.
    func run(_ schedule: FaultSchedule) throws -> Outcome {
        _ = try admin.connection.call(["FLUSHDB"])
        try site.reset()
        return try run(schedule, FaultyExport.rows, uuid: Self.uuid)
    }

    private func run(
        _ schedule: FaultSchedule, _ rows: [(model: String, pk: Int, fields: String)], uuid: String
    ) throws -> Outcome {
        let file = folder.file("\(uuid).json")
        if surveys[uuid] == nil { try folder.write(FaultyExport.json(rows), to: "\(uuid).json") }
        try enqueue(file, uuid, schedule)
        try work(schedule)
        let status = try admin.status(uuid)
        return Outcome(
            status: status, listed: try admin.listedRows(uuid), snapshot: try site.snapshot(),
            recordedEnd: try site.recordedEnd(uuid))
    }

    // MARK: The enqueuer

    private func enqueue(_ file: String, _ uuid: String, _ schedule: FaultSchedule) throws {
        var job = EnqueueJob(scope: .organizations, source: file, uuid: uuid)
        job.options = options
        // No call is repeated inside the enqueuer, so each fault shows.
        job.outageLimitMilliseconds = 0
        func check() throws -> (ExportSource, ExportSurvey) {
            let source = try job.open()
            return (source, try job.check(source) { _ in })
        }
        let (source, survey) = try surveys[uuid] ?? check()
        surveys[uuid] = (source, survey)
        var failures = 0
        while true {
            do {
                _ = try Failpoint.observing(schedule.observe) { try job.queue(source, survey, configuration) }
                return
            } catch {
                failures += 1
                guard failures < 3 else { throw error }
                schedule.revive()
                try expire()
            }
        }
    }

    // MARK: The worker

    /// Runs one worker after the other until nothing is left.
    private func work(_ schedule: FaultSchedule) throws {
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
    private func expire() throws {
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
