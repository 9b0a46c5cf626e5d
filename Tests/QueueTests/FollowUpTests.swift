import TestSupport
import Testing

@testable import Queue

@Suite struct FollowUpTests {
    private func all(_ queue: RelocationQueue, _ claim: Claim) throws -> [TaskElement] {
        try queue.tasks(claim, from: 0, count: 20_000, maxBytes: 1 << 24).elements
    }

    @Test func followUpsStandAtTheEndOfTheList() throws {
        let fixture = try QueueFixture()
        let queue = try fixture.queue()
        try queue.enqueue(uuid(1), tasks: 2)
        let claim = try queue.claimed()
        let before = try queue.status(uuid(1)).payloadBytes
        let answer = try queue.acknowledge(
            claim, tasks: 1, counters: ["a": 1], listed: ["row"], followUps: [task(10), task(11)])
        #expect(answer.remaining == 3)
        #expect(try all(queue, claim) == [2, 10, 11].map { .task(task($0)) })
        var status = try queue.status(uuid(1))
        #expect(status.chunksTotal == 4 && status.chunksDone == 1 && status.counters == ["a": 1])
        let bytes = try TaskFrame.encode(task(10)).count
        #expect(status.payloadBytes == before + 2 * bytes)
        #expect(try queue.listedRows(uuid(1)) == ["row"])
        // Without a task of its own, and when the list is empty.
        _ = try queue.acknowledge(claim, tasks: 3)
        #expect(try queue.acknowledge(claim, tasks: 0, followUps: [task(12)]).remaining == 1)
        #expect(kind { try queue.complete(claim) } == .conflict)
        _ = try queue.acknowledge(claim, tasks: 1)
        try queue.complete(claim)
        status = try queue.status(uuid(1))
        #expect(status.chunksTotal == 5 && status.chunksDone == 5 && status.status == .success)
    }

    @Test(arguments: [0, 1]) func sentAgainItChangesNothing(_ count: Int) throws {
        let fixture = try QueueFixture()
        let queue = try fixture.queue()
        try queue.enqueue(uuid(1))
        let claim = try queue.claimed()
        func send() throws { _ = try queue.acknowledge(claim, tasks: count, counters: ["a": 1], followUps: [task(9)]) }
        try send()
        let record = "{test}:record:\(uuid(1))"
        let once = try queue.status(uuid(1))
        let elements = try all(queue, claim)
        // As if the answer had been lost: the caller repeats the call.
        queue.unanswered[claim.token] = try fixture.server.cli(["HGET", record, "acknowledged"])
        queue.places[claim.token] = nil
        try send()
        let twice = try queue.status(uuid(1))
        #expect(twice.chunksTotal == 4 && twice.chunksTotal == once.chunksTotal)
        #expect(twice.payloadBytes == once.payloadBytes && twice.counters == ["a": 1])
        #expect(try all(queue, claim) == elements && elements.count == 4 - count)
        // The next one belongs behind it.
        _ = try queue.acknowledge(claim, tasks: 4 - count)
        try queue.complete(claim)
    }

    @Test func aForgottenFollowUpEndsTheClaim() throws {
        let fixture = try QueueFixture()
        let queue = try fixture.queue()
        try queue.enqueue(uuid(1))
        let claim = try queue.claimed()
        try fixture.server.cli(["SAVE"])
        _ = try queue.acknowledge(claim, tasks: 0, followUps: [task(9)])
        fixture.server.kill()
        try fixture.server.start()
        #expect(kind { _ = try queue.acknowledge(claim, tasks: 1) } == .unavailable)
        do {
            _ = try queue.acknowledge(claim, tasks: 1)
            Issue.record("an acknowledgement behind a forgotten one was taken")
        } catch {
            #expect(error.leaseLoss == .forgotten)
        }
        #expect(try queue.status(uuid(1)).chunksDone == 0)
    }

    @Test func thereIsALimit() throws {
        let fixture = try QueueFixture()
        let queue = try fixture.queue()
        try queue.enqueue(uuid(1))
        let claim = try queue.claimed()
        let limit = RelocationQueue.followUpsLimit
        let many = Array(repeating: task(1), count: limit + 1)
        #expect(kind { _ = try queue.acknowledge(claim, tasks: 0, followUps: many) } == .invalidArgument)
        #expect(try queue.acknowledge(claim, tasks: 0, followUps: Array(many.dropLast())).remaining == limit + 3)
        #expect(try queue.status(uuid(1)).chunksTotal == limit + 3)
        #expect(try all(queue, claim).count == limit + 3)
    }

    @Test func itWorksWhenRedisIsFull() throws {
        let fixture = try QueueFixture()
        let queue = try fixture.queue()
        try queue.enqueue(uuid(1))
        let claim = try queue.claimed()
        try fixture.server.cli(["CONFIG", "SET", "maxmemory", "1"])
        #expect(try queue.acknowledge(claim, tasks: 1, followUps: [task(9)]).remaining == 3)
    }
}
