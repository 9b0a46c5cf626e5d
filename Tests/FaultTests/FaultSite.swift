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
    private let workers: FaultyWorkers
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
        workers = FaultyWorkers(site, configuration, admin)
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
        try workers.work(schedule)
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
                try workers.expire()
            }
        }
    }
}
