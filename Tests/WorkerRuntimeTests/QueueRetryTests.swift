import Catalogue
import Failpoints
import Import
import Queue
import Relocation
import Synchronization
import TestSupport
import Testing

@testable import Storage
@testable import WorkerRuntime

/// Redis stalls or a connection to it is lost: a run goes on while its lease holds.
@Suite(.serialized) struct QueueRetryTests {
    /// In the middle of a run the server gives no answer for longer than a call waits.
    @Test(arguments: [false, true]) func aStallCostsNeitherRunNorAttempt(_ isAtomic: Bool) async throws {
        let bench = try Bench()
        let uuid = try bench.enqueue(3_000, atomic: isAtomic)
        let record = "{test}:record:\(uuid)"
        // A lease that does not end on a busy machine either.
        let worker = Task {
            try await bench.drain(commitBatches: isAtomic ? CommitBatchPolicy() : .single, leaseMilliseconds: 30_000)
        }
        try await until { try bench.status(uuid).chunksDone >= 32 }
        let token = try bench.redis.cli(["HGET", record, "token"])
        bench.redis.freeze()
        try await Task.sleep(for: .milliseconds(2_200))
        bench.redis.thaw()
        let done = try bench.status(uuid).chunksDone
        #expect((32..<600).contains(done), "frozen in the middle")
        guard case .finished = try await worker.value else {
            Issue.record("the worker ended otherwise")
            return
        }
        let status = try bench.status(uuid)
        #expect(status.status == .success && status.chunksDone == 600)
        #expect(status.takeovers == 0 && status.attempts == 0 && status.consecutiveCrashes == 0)
        #expect(status.counters == ["sentry.user|inserted": 3_000])
        #expect(try bench.redis.cli(["HGET", record, "endedBy"]) == token, "the same claim")
        #expect(try bench.redis.cli(["HGET", record, "ends"]) == "\(token) completed,")
        try bench.expectUsers(3_000, chunks: 600)
    }

    /// The connection is lost at the n-th exchange, before or after it, for every n.
    @Test(arguments: [false, true]) func aLostConnectionCostsNeitherRunNorAttempt(_ isAtomic: Bool) throws {
        let bench = try Bench()
        let destination = try bench.destination()
        var step = 0
        var isMet = true
        while isMet {
            step += 1
            let uuid = try bench.enqueue(7, number: step, chunkSize: 2, atomic: isAtomic)
            let queue = try bench.queue()
            guard
                case .claimed(let claim) = try queue.claim(
                    worker: "w", destination: bench.served())
            else {
                throw SystemFailure("nothing to claim")
            }
            queue.callRetries = CallRetries(limitMilliseconds: 10_000) { _ in true }
            let exchanges = Exchanges(failing: step)
            let end = try Failpoint.observing(exchanges.observe) { try bench.run(claim, queue, destination) }
            guard case .completed = end else {
                Issue.record("ended as \(end) at exchange \(step)")
                return
            }
            isMet = exchanges.count >= step
            let status = try bench.status(uuid)
            #expect(status.status == .success && status.attempts == 0 && status.takeovers == 0)
            #expect(status.counters == ["sentry.user|inserted": 7], "at exchange \(step)")
        }
        #expect(step > 8, "bind, tasks, acknowledge and complete, each before and after")
        try bench.expectUsers(7 * step, chunks: 4 * step)
    }

    /// Without retries the same ends the run, and another goes on.
    @Test func withoutRetriesARunEndsWithItsConnection() throws {
        let bench = try Bench()
        let destination = try bench.destination()
        _ = try bench.enqueue(7)
        let queue = try bench.queue()
        guard
            case .claimed(let claim) = try queue.claim(
                worker: "w", destination: bench.served())
        else {
            throw SystemFailure("nothing to claim")
        }
        let end = try Failpoint.observing(Exchanges(failing: 3).observe) { try bench.run(claim, queue, destination) }
        guard case .queueTrouble = end else {
            Issue.record("ended as \(end)")
            return
        }
    }

    /// A server that stays away is given up with the lease, not before and not much later.
    @Test func retriesEndWithTheLease() async throws {
        let bench = try Bench()
        let uuid = try bench.enqueue(3_000, atomic: true)
        let worker = Task { try await bench.drain() }
        try await until { try bench.status(uuid).chunksDone >= 32 }
        bench.redis.freeze()
        // The lease ends on the clock of Redis too, which goes on.
        try await Task.sleep(for: .milliseconds(6_000))
        bench.redis.thaw()
        try await until { try bench.status(uuid).takeovers == 1 }
        #expect(try bench.status(uuid).consecutiveCrashes == 0, "the worker lives")
        guard case .finished = try await worker.value else {
            Issue.record("the worker ended otherwise")
            return
        }
        let status = try bench.status(uuid)
        #expect(status.status == .success && status.attempts == 0 && status.takeovers == 1)
        #expect(status.counters == ["sentry.user|inserted": 3_000])
        try bench.expectUsers(3_000, chunks: 600)
    }
}

/// Loses the connection at one exchange with Redis.
private final class Exchanges: Sendable {
    private let target: Int
    private let seen = Mutex(0)

    init(failing target: Int) { self.target = target }

    var count: Int { seen.withLock { $0 } }

    @Sendable func observe(_ name: String) throws(Failpoint.Reached) {
        guard name.hasPrefix("redis.") else { return }
        let number = seen.withLock { count in
            count += 1
            return count
        }
        if number == target { throw Failpoint.Reached(name) }
    }
}
