import Catalogue
import Import
import Logging
import Queue
import Testing
import TestSupport

@testable import Cutting
@testable import ExportFormat
@testable import TaskFormat
@testable import Relocation
@testable import WorkerRuntime
@testable import Storage

/// A queue and a migrated database for one test, and relocations of users to import.
final class Bench: Sendable {
    let redis: RedisServer
    let folder: TemporaryFolder
    let url: String

    /// - Parameter server: PostgreSQL; nil: SQLite
    init(on server: PostgresServer? = nil) throws {
        redis = try RedisServer()
        folder = try TemporaryFolder()
        url = try server?.createDatabase() ?? "sqlite://\(folder.file("destination.sqlite"))"
        _ = try DatabaseConnector.open(DatabaseURL(url), create: true).schema.migrate(Catalogue.standard.tables)
    }

    /// - Parameter timeout: milliseconds for each answer; more for large tasks on a busy machine
    func queue(timeout: Int = 1_000) throws -> RelocationQueue {
        var timeouts = QueueTimeouts()
        timeouts.commandMilliseconds = timeout
        return try RelocationQueue(
            QueueConfiguration(url: RedisURL(redis.url), prefix: "test", timeouts: timeouts))
    }

    func destination() throws -> Destination { Destination(try DatabaseConnector.open(DatabaseURL(url))) }

    /// What the workers of this bench serve.
    func served() throws -> ServedDestination { try settings().serving(destination()) }

    /// Enqueues a number of users, named after the relocation's number. Returns the relocation's UUID.
    ///
    /// - Parameter nameless: the number of a user without a name, which no worker can import
    func enqueue(
        _ users: Int, number: Int = 1, chunkSize: Int = 5, atomic: Bool = false, nameless: Int? = nil
    ) throws -> String {
        let rows = (1...users).map { index in
            let name = index == nameless ? "" : "r\(number)u\(index)"
            return
                #"{"model":"sentry.user","pk":\#(index),"fields":{"username":"\#(name)","name":"","email":"r\#(number)u\#(index)@x.com"}}"#
        }
        let text = "[" + rows.joined(separator: ",") + "]"
        var options = RelocationOptions()
        options.atomic = atomic
        options.chunkSize = chunkSize
        let uuid = "00000000-0000-4000-8000-\(String(1_000_000_000_000 + number).dropFirst())"
        let tasks = try chunks(of: text, .users, chunkSize: chunkSize)
        try enqueue(uuid, scope: "users", tasks, options: options.json)
        return uuid
    }

    /// The chunks of an export in file order.
    func chunks(of text: String, _ scope: ImportScope, chunkSize: Int) throws -> [QueueTask] {
        let source = try ExportSource.open(path: folder.write(text, to: "export.json"), catalogue: .standard)
        let survey = try source.survey(scope: scope, filter: nil, chunkSize: chunkSize)
        var tasks: [QueueTask] = []
        try source.cut(survey) { chunk in
            tasks.append(
                QueueTask(
                    kind: TaskKind.chunk.rawValue, name: chunk.model, minOrdinal: chunk.minOrdinal, rows: chunk.rows,
                    sourceBytes: chunk.sourceBytes, payload: chunk.payload))
        }
        return tasks
    }

    func enqueue(_ uuid: String, scope: String, _ tasks: [QueueTask], options: String) throws {
        let queue = try queue()
        var relocation = NewRelocation(uuid: uuid, scope: scope)
        relocation.options = options
        relocation.rowsSource = tasks.reduce(0) { $0 + $1.rows }
        guard case .staged(let token) = try queue.begin(relocation) else {
            throw SystemFailure("the relocation exists")
        }
        try queue.push(tasks, uuid: uuid, token: token)
        try queue.publish(uuid: uuid, token: token, chunksTotal: tasks.count)
    }

    func status(_ uuid: String) throws -> RelocationStatus { try queue().status(uuid) }

    func settings(retries: RetryPolicy = .quick) throws -> WorkerSettings {
        var settings = try WorkerSettings(
            queue: QueueConfiguration(url: RedisURL(redis.url), prefix: "test"),
            destination: DestinationSettings(region: DatabaseURL(url)), name: "worker")
        settings.retries = retries
        return settings
    }

    /// Runs one claimed relocation on the calling thread.
    func run(_ claim: Claim, _ queue: RelocationQueue, _ destination: Destination) throws -> RunEnd {
        try RelocationRunner(turn(claim, queue, destination)).run()
    }

    /// - Parameter sentAt: when the claim was sent, on the lease's clock.
    func turn(
        _ claim: Claim, _ queue: RelocationQueue, _ destination: Destination, sentAt: Int64 = LeaseClock.now()
    ) throws -> Turn {
        let settings = try settings()
        let held = HeldClaim(
            claim, lease: LeaseClock(leaseMilliseconds: claim.leaseMilliseconds, sentAt: sentAt), queue: queue,
            retries: settings.retries, log: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
        return Turn(
            held: held, destination: destination, settings: settings, vitals: WorkerVitals(),
            heartbeat: Heartbeat("test"), stop: StopSignal())
    }

    /// Runs a worker until nothing is left.
    func drain(
        concurrency: Int = 1, retries: RetryPolicy = .quick, commitBatches: CommitBatchPolicy = CommitBatchPolicy(),
        payloadKeys: PayloadKeyring? = nil, leaseMilliseconds: Int? = nil, drainWaitMilliseconds: Int = 60_000
    ) async throws -> WorkerEnd {
        var settings = try settings(retries: retries)
        settings.drainWaitMilliseconds = drainWaitMilliseconds
        if let leaseMilliseconds {
            settings.queue = try QueueConfiguration(
                url: RedisURL(redis.url), prefix: "test", leaseMilliseconds: leaseMilliseconds)
        }
        settings.payloadKeys = payloadKeys
        settings.commitBatches = commitBatches
        settings.drains = true
        settings.concurrency = concurrency
        return await Worker(settings, stop: StopSignal(), log: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
            .run()
    }

    /// Expects this number of users and of chunk rows, and no user twice.
    func expectUsers(_ count: Int, chunks: Int, sourceLocation: SourceLocation = #_sourceLocation) throws {
        let database = try destination().region
        func column(_ table: String, _ column: String) throws -> [Value] {
            let table = try #require(Catalogue.standard.tables.first { $0.name == table })
            return try database.select(Select([column], from: table)).map { $0[0] }
        }
        let names = try column("auth_user", "username")
        #expect(names.count == count, sourceLocation: sourceLocation)
        #expect(Set(names).count == count, sourceLocation: sourceLocation)
        // A second import of a row gives its name a suffix.
        #expect(names.allSatisfy { $0.text?.contains("-") == false }, sourceLocation: sourceLocation)
        for table in ["sentry_controlimportchunk", "sentry_controlimportchunkreplica"] {
            #expect(try column(table, "min_ordinal").count == chunks, sourceLocation: sourceLocation)
        }
    }
}

extension RetryPolicy {
    static var quick: RetryPolicy {
        var policy = RetryPolicy()
        policy.baseMilliseconds = 20
        policy.maxMilliseconds = 200
        policy.maxAttempts = 1000
        return policy
    }
}

/// Waits until a condition holds, without blocking a thread of the pool.
func until(_ limit: Duration = .seconds(30), _ condition: () throws -> Bool) async throws {
    let deadline = ContinuousClock.now + limit
    while try !condition() {
        try #require(ContinuousClock.now < deadline, "it did not happen")
        try await Task.sleep(for: .milliseconds(2))
    }
}
