import Catalogue
import Import
import Logging
import Queue
import Relocation
import TaskFormat
import TestSupport
import Testing

@testable import Storage
@testable import WorkerRuntime

/// Operators' requests while a worker runs a relocation in one transaction, and tasks of unknown kinds.
@Suite(.serialized) struct RequestTests {
    @Test(arguments: [false, true]) func oneTransactionStopsForAnOperator(_ cancels: Bool) async throws {
        let bench = try Bench()
        let uuid = try bench.enqueue(3_000, atomic: true)
        let worker = Task { try await bench.drain() }
        try await until { try bench.status(uuid).chunksDone >= 32 }
        let outcome = try cancels ? bench.queue().cancel(uuid) : bench.queue().pause(uuid)
        #expect(outcome == .requested)
        let ended: RelocationState = cancels ? .failure : .paused
        try await until(.seconds(5)) { try bench.status(uuid).status == ended }
        try bench.expectUsers(0, chunks: 0)
        _ = try await worker.value
        guard !cancels else { return }
        // It begins again at the first task.
        try bench.queue().unpause(uuid)
        _ = try await bench.drain()
        #expect(try bench.status(uuid).status == .success)
        #expect(try bench.status(uuid).counters == ["sentry.user|inserted": 3_000])
        try bench.expectUsers(3_000, chunks: 600)
    }

    /// A renewal by the lease keeper stores the request until the run reads it.
    @Test func theLeaseClockKeepsTheRequest() {
        let clock = LeaseClock(leaseMilliseconds: 1_000)
        for request in [OperatorRequest.pause, .cancel, .none] {
            clock.request = request
            #expect(clock.request == request)
        }
        #expect(!clock.isEnding)
        clock.end()
        #expect(clock.isEnding && clock.isHeld)
    }

    /// A worker that was frozen beyond its lease begins no task, not even one without a statement of its own.
    @Test func noTaskBeginsAfterTheLease() throws {
        let bench = try Bench()
        let uuid = try bench.enqueue(1)
        let queue = try bench.queue()
        guard case .claimed(let claim) = try queue.claim(worker: "w", destination: bench.served())
        else {
            Issue.record("nothing to claim")
            return
        }
        let finish = QueueTask(kind: "finish", name: "users", minOrdinal: 0, rows: 0, sourceBytes: 0, payload: [])
        for (age, isHeld) in [(0, true), (60_000, false)] as [(Int64, Bool)] {
            let turn = try bench.turn(claim, queue, bench.destination(), sentAt: LeaseClock.now() - age)
            let work = try turn.resume(ImportContext(importUUID: uuid, scope: .users))
            let task = turn.preparer(RelocationOptions()).prepare(.task(finish))
            do {
                _ = try turn.perform(task, at: 0, work)
                #expect(isHeld)
            } catch ImportFailure.leaseLost {
                #expect(!isHeld)
            }
        }
    }

    /// Rows before the unknown task stay. The relocation keeps its place and its attempts, and says what it needs.
    @Test(arguments: [false, true]) func aTaskOfANewerVersionIsLeftAlone(_ isAtomic: Bool) async throws {
        let bench = try Bench()
        let uuid = try bench.enqueue(10, atomic: isAtomic)
        let strange = QueueTask(
            kind: "telepathy", name: "sentry.user", minOrdinal: 0, rows: 0, sourceBytes: 0, payload: [])
        let queue = try bench.queue()
        guard case .claimed(let claim) = try queue.claim(worker: "other", destination: bench.served())
        else {
            Issue.record("nothing to claim")
            return
        }
        _ = try queue.acknowledge(claim, tasks: 0, followUps: [strange])
        try queue.release(claim)
        guard case .finished = try await bench.drain() else {
            Issue.record("the worker ended otherwise")
            return
        }
        let status = try bench.status(uuid)
        #expect(status.status == .inProgress)
        #expect(status.needs == "telepathy" && status.attempts == 0)
        #expect(status.lastError.contains("telepathy") && status.lastError.contains("newer version"))
        try bench.expectUsers(isAtomic ? 0 : 10, chunks: isAtomic ? 0 : 2)
        // A worker that knows the kind gets it.
        let answer = try queue.claim(
            worker: "newer", destination: bench.served(), knownKinds: ["chunk", "telepathy"])
        guard case .claimed(let again) = answer else {
            Issue.record("nobody may claim it")
            return
        }
        #expect(again.uuid == uuid)
    }

    /// Large tasks do not all wait in memory at once.
    @Test func prefetchingIsBoundedInBytes() throws {
        let bench = try Bench()
        let queue = try bench.queue(timeout: 5_000)
        let uuid = "00000000-0000-4000-8000-000000000001"
        guard case .staged(let token) = try queue.begin(NewRelocation(uuid: uuid, scope: "users")) else {
            Issue.record("the relocation exists")
            return
        }
        let tasks = (1...24).map { number in
            QueueTask(
                kind: TaskKind.chunk.rawValue, name: "sentry.user", minOrdinal: Int64(number), rows: 1,
                sourceBytes: 1, payload: Array(repeating: 7, count: 2 << 20))
        }
        for task in tasks { try queue.push([task], uuid: uuid, token: token) }
        try queue.publish(uuid: uuid, token: token, chunksTotal: tasks.count)
        guard case .claimed(let claim) = try queue.claim(worker: "w", destination: bench.served())
        else {
            Issue.record("nothing to claim")
            return
        }
        let feed = TaskFeed(queue, claim, TaskPreparer(importUUID: uuid, keyring: nil, catalogue: .standard))
        var most = 0
        var count = 0
        while try feed.next() != nil {
            count += 1
            most = max(most, feed.waitingBytes)
        }
        #expect(count == tasks.count)
        #expect(most <= 6 << 20, "\(most) bytes waited")
    }
}
