import Catalogue
import EventSinks
import Foundation
import Operations
import TaskFormat
import TestSupport
import Testing

@testable import Queue
@testable import Storage
@testable import WorkerRuntime

/// Disturbs a relocation of events at its n-th step, for every n. No event is lost, doubled or counted twice: in rows, node
/// store or messages.
@Suite struct EventFaultTests {
    @Test(arguments: DatabaseSite.Engine.allCases)
    func aFaultLosesNothing(_ engine: DatabaseSite.Engine) async throws {
        try await onOwnThread { try Self.disturbEveryStep(engine) }
    }

    private static func disturbEveryStep(_ engine: DatabaseSite.Engine) throws {
        let site = try EventFaultSite(engine)
        let first = try site.run(FaultSchedule())
        let undisturbed = FaultSchedule()
        let others = [try site.run(undisturbed), try site.run(FaultSchedule())]
        let expected = ExpectedState(first.snapshot, others.map(\.snapshot))
        #expect(first.status.status == .success)
        #expect(first.snapshot.rowCounts["nodestore_node"] == EventFaultSite.events)
        #expect(first.snapshot.rowCounts["sentry_groupedmessage"] == 3)
        for step in 1...undisturbed.steps {
            let schedule = FaultSchedule(FaultMode.allCases[step % FaultMode.allCases.count], at: step)
            let found = try site.run(schedule)
            let fault = "\(engine.rawValue): \(schedule.mode.rawValue) at step \(step), \(schedule.place ?? "none")"
            #expect(found.status.status == .success, "\(fault)")
            #expect(found.status.counters == first.status.counters, "\(fault)")
            // A message may be told twice, then with the same bytes.
            #expect(found.messages.count == first.messages.count, "\(fault)")
            if let difference = expected.difference(from: found.snapshot) {
                Issue.record("\(difference), after \(fault)")
            }
        }
        print("events on \(engine.rawValue): \(undisturbed.steps) faults")
    }
}

/// The database, Redis and files of one test of events.
private final class EventFaultSite {
    struct Outcome {
        let status: RelocationStatus
        let snapshot: Snapshot
        let messages: Set<Substring>
    }

    static let events = 12
    private static let uuid = "5f0c0f3e-8a4e-4d6c-9f0e-3d1c2b7a9e11"

    private let site: DatabaseSite
    private let redis: RedisServer
    private let folder: TemporaryFolder
    private let admin: RelocationQueue
    private let configuration: QueueConfiguration
    private let workers: FaultyWorkers
    private let job: EventsJob

    init(_ engine: DatabaseSite.Engine) throws {
        redis = try RedisServer()
        let folder = try TemporaryFolder()
        self.folder = folder
        site = try DatabaseSite(engine, isSplit: false, withEvents: true)
        // Leases expire only when the test says so.
        configuration = try QueueConfiguration(url: RedisURL(redis.url), prefix: "test", leaseMilliseconds: 60_000)
        admin = try RelocationQueue(configuration)
        workers = FaultyWorkers(site, configuration, admin) { settings in
            settings.eventSink.address = .file(folder.file("sink.ndjson"))
        }
        let events = try folder.write(Self.lines.joined(separator: "\n"), to: "events.ndjson")
        var options = EventOptions()
        options.projects = ["12": 1, "13": 2]
        var job = EventsJob(uuid: Self.uuid, path: events, options: options)
        job.groups = try folder.write(Self.group, to: "groups.ndjson")
        self.job = job
        try addProjects()
        try site.protect()
    }

    private func addProjects() throws {
        let database = try DatabaseConnector.open(DatabaseURL(site.urls[0]))
        let now = Value.timestamp(1_700_000_000_000_000)
        try database.insert(
            Insert(
                into: Catalogue.standard.requireTable("sentry_organization"),
                columns: ["id", "name", "slug", "status", "date_added", "default_role", "flags", "is_test"],
                rows: [
                    [.integer(1), .text("A"), .text("a"), .integer(0), now, .text("member"), .integer(1), .bool(false)]
                ]))
        try database.insert(
            Insert(
                into: Catalogue.standard.requireTable("sentry_project"),
                columns: ["id", "name", "slug", "organization_id", "public", "date_added", "status", "flags"],
                rows: (1...2).map { id in
                    [
                        .integer(id), .text("P"), .text("p\(id)"), .integer(1), .bool(false), now, .integer(0),
                        .integer(10),
                    ]
                }))
    }

    /// Two projects, three issues, one of them told of by the file of groups; releases, environments and a transaction.
    private static let lines = (1...events).map { number -> String in
        let id = String(format: "%032x", number)
        let common =
            #""event_id":"\#(id)","timestamp":\#(1_700_000_000 + number * 61),"received":1700000001,"platform":"python","#
            + #""level":"error","release":"p@1.\#(number % 2)","environment":"prod","title":"t","culprit":"c","#
        let kind =
            number % 6 == 0
            ? #""type":"transaction","transaction":"t","contexts":{"trace":{"trace_id":"a","span_id":"b"}},"spans":[]"#
            : #""type":"error","hashes":["\#(String(repeating: number % 3 == 0 ? "a" : "b", count: 32))"],"metadata":{"type":"E"}"#
        return #"{"project":\#(12 + number % 2),"body":{\#(common)\#(kind)}}"#
    }

    private static let group =
        #"{"project":12,"id":7,"hashes":["\#(String(repeating: "b", count: 32))"],"shortId":9,"status":1,"timesSeen":50,"#
        + #""firstSeen":"2023-10-01T00:00:00Z","lastSeen":"2023-10-02T00:00:00Z","data":{}}"#

    /// Queues the events and works until nothing is left, starting again after each fault.
    func run(_ schedule: FaultSchedule) throws -> Outcome {
        _ = try admin.connection.call(["FLUSHDB"])
        try site.reset()
        try? FileManager.default.removeItem(atPath: folder.file("sink.ndjson"))
        let sources = try job.open()
        _ = try job.queue(sources, job.check(sources), configuration) { false }
        try workers.work(schedule)
        return Outcome(
            status: try admin.status(Self.uuid), snapshot: try site.snapshot(),
            messages: Set(folder.read("sink.ndjson").split(separator: "\n")))
    }
}
