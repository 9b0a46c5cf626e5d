import Catalogue
import Foundation
import Operations
import Queue
import TaskFormat
import TestSupport
import Testing

/// A Redis that stalls, restarts or stays away during an enqueue.
@Suite struct OutageTests {
    private static let uuid = "5f0c0f3e-8a4e-4d6c-9f0e-3d1c2b7a9e10"
    /// Tasks are pushed 256 at a time.
    private static let users = 600

    private let server: RedisServer
    private let folder: TemporaryFolder

    init() throws {
        server = try RedisServer(["appendonly yes", "appendfsync always"])
        folder = try TemporaryFolder()
    }

    private func configuration() throws -> QueueConfiguration {
        var timeouts = QueueTimeouts()
        timeouts.uploadLeaseMilliseconds = 4_000
        timeouts.connectMilliseconds = 200
        timeouts.commandMilliseconds = 200
        return try QueueConfiguration(url: RedisURL(server.url), prefix: "test", timeouts: timeouts)
    }

    private func job() throws -> EnqueueJob {
        let rows = (1...Self.users).map { number in
            #"{"model":"sentry.email","pk":\#(number),"fields":{"email":"u\#(number)@example.com","date_added":"2024-05-06T07:08:09Z"}}"#
        }
        let file = try folder.write("[\(rows.joined(separator: ","))]", to: "export.json")
        var job = EnqueueJob(scope: .users, source: file, uuid: Self.uuid)
        job.options.chunkSize = 1
        return job
    }

    /// Enqueues, and disturbs Redis once before the task of that number.
    private func enqueue(
        disturbingAt number: Int, limit: Int? = nil, _ disturb: @escaping () throws -> Void
    ) throws -> EnqueueJob.Outcome {
        var job = try job()
        job.outageLimitMilliseconds = limit
        let (source, survey) = try job.check()
        var asked = 0
        var observer = EnqueueJob.Observer()
        observer.isInterrupted = {
            asked += 1
            if asked == number { try? disturb() }
            return false
        }
        return try job.queue(source, survey, try configuration(), observer: observer)
    }

    private func expectQueued(_ outcome: EnqueueJob.Outcome) throws {
        guard case .queued(let tasks, _) = outcome else {
            Issue.record("not queued")
            return
        }
        let status = try RelocationQueue(try configuration()).status(Self.uuid)
        #expect(status.chunksTotal == tasks && tasks >= Self.users)
        #expect(status.step.rawValue == "IMPORTING")
        #expect(try server.cli(["LLEN", "{test}:tasks:\(Self.uuid)"]) == "\(tasks)", "each task once")
    }

    /// The first task: the stall hits the first push; a later one: a push in the middle.
    @Test(arguments: [1, 400]) func aStallDuringAPushIsWaitedOut(_ number: Int) throws {
        let outcome = try enqueue(disturbingAt: number) {
            server.freeze()
            let server = server
            Thread.detachNewThread {
                Thread.sleep(forTimeInterval: 1.5)
                server.thaw()
            }
        }
        try expectQueued(outcome)
    }

    @Test func aRestartDuringAPushIsWaitedOut() throws {
        let outcome = try enqueue(disturbingAt: 400) {
            server.kill()
            let server = server
            Thread.detachNewThread {
                Thread.sleep(forTimeInterval: 1)
                try? server.start()
            }
        }
        try expectQueued(outcome)
    }

    @Test func aRedisThatStaysAwayEndsTheEnqueue() throws {
        let begin = ContinuousClock.now
        let error = #expect(throws: QueueError.self) {
            try enqueue(disturbingAt: 400, limit: 1_000) { server.kill() }
        }
        #expect(error?.kind == .unavailable)
        #expect(
            error?.message.contains("stayed away for 1 s. Nothing was queued.") == true, "\(String(describing: error))")
        #expect(ContinuousClock.now - begin < .seconds(10))
        try server.start()
        let queue = try RelocationQueue(try configuration())
        guard case .idle(let idle) = try queue.claim(worker: "w", destination: ServedDestination(identity: "here"))
        else {
            Issue.record("a worker sees a relocation that was never published")
            return
        }
        #expect(idle.openRelocations == 0)
    }

    /// Redis runs a `begin` whose answer was not awaited: the next `begin` must not fail because of it.
    @Test func aLostBeginIsBegunAgain() throws {
        let job = try job()
        let (source, survey) = try job.check()
        var observer = EnqueueJob.Observer()
        let server = server
        observer.willStage = {
            server.freeze()
            Thread.detachNewThread {
                Thread.sleep(forTimeInterval: 0.5)
                server.thaw()
            }
        }
        try expectQueued(try job.queue(source, survey, try configuration(), observer: observer))
    }

    @Test func anOperatorMayInterruptTheWaiting() throws {
        let job = try job()
        let (source, survey) = try job.check()
        var observer = EnqueueJob.Observer()
        var isFrozen = false
        let server = server
        observer.willStage = {
            server.freeze()
            isFrozen = true
        }
        observer.isInterrupted = { isFrozen }
        defer { server.thaw() }
        let error = #expect(throws: OperationError.self) {
            try job.queue(source, survey, try configuration(), observer: observer)
        }
        #expect(error?.kind == .interrupted)
    }
}
