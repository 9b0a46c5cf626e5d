import Queue
import TestSupport
import Testing

/// Redis falls and comes back without the last of what it had acknowledged.
@Suite struct ForgottenWritesTests {
    /// Everything that `writes` does is forgotten.
    private func forgetting<Result>(_ fixture: QueueFixture, _ writes: () throws -> Result) throws -> Result {
        try fixture.server.cli(["SAVE"])
        let result = try writes()
        fixture.server.kill()
        try fixture.server.start()
        return result
    }

    @Test(arguments: [false, true]) func noFencingTokenIsGivenTwice(_ clockWasAhead: Bool) throws {
        let fixture = try QueueFixture()
        let queue = try fixture.queue()
        let heir = try fixture.queue()
        try queue.enqueue(uuid(1))
        // As after a time in which the server's clock stood in the year 2100.
        if clockWasAhead { try fixture.server.cli(["SET", "{test}:fence", "4102444800000"]) }
        let forgotten = try forgetting(fixture) { try queue.claimed("zombie") }
        let claim = try reconnected { try heir.claimed("heir") }
        #expect(claim.token != forgotten.token)
        guard case .lost = try reconnected({ try queue.renew([forgotten])[0] }) else { throw Unexpected() }
        #expect(kind { _ = try queue.acknowledge(forgotten, tasks: 1) } == .leaseLost)
        #expect(kind { try queue.complete(forgotten) } == .leaseLost)
        #expect(try heir.renew([claim]) == [.held(.none)])
        #expect(try heir.tasks(claim, from: 0, count: 9, maxBytes: 999).elements.count == 3)
    }

    @Test func noUploadTokenIsGivenTwice() throws {
        let fixture = try QueueFixture()
        let queue = try fixture.queue()
        let heir = try fixture.queue()
        try fixture.server.cli(["SET", "{test}:fence", "4102444800000"])
        let forgotten = try forgetting(fixture) { try queue.stage(uuid(1), tasks: 1) }
        let token = try reconnected { try heir.stage(uuid(1), tasks: 2) }
        #expect(token != forgotten)
        #expect(
            kind { try reconnected { try queue.publish(uuid: uuid(1), token: forgotten, chunksTotal: 1) } }
                == .leaseLost)
        try heir.publish(uuid: uuid(1), token: token, chunksTotal: 2)
    }

    @Test func anAcknowledgementAfterAForgottenOneRemovesNothing() throws {
        let fixture = try QueueFixture()
        let queue = try fixture.queue(lease: 1_000)
        try queue.enqueue(uuid(1))
        let claim = try queue.claimed()
        _ = try queue.tasks(claim, from: 0, count: 9, maxBytes: 999)
        _ = try forgetting(fixture) { try queue.acknowledge(claim, tasks: 1, counters: ["first": 1]) }
        #expect(
            kind { try reconnected { _ = try queue.acknowledge(claim, tasks: 1, counters: ["second": 1]) } }
                == .leaseLost)
        #expect(try queue.tasks(claim, from: 0, count: 9, maxBytes: 999).elements == (1...3).map { .task(task($0)) })
        let status = try queue.status(uuid(1))
        #expect(status.chunksDone == 0 && status.counters == [:])
        // Whoever takes over begins where Redis stands.
        let heir = try fixture.queue()
        var next: Claim?
        _ = try eventually(within: 5) {
            if case .claimed(let found) = try heir.claim(worker: "heir", destination: "here") { next = found }
            return next != nil
        }
        for count in [1, 2] { _ = try heir.acknowledge(try #require(next), tasks: count, counters: ["all": count]) }
        try heir.complete(try #require(next))
        #expect(try heir.status(uuid(1)).counters == ["all": 3])
    }

    /// The first call after the fall finds the connection broken.
    private func reconnected<Result>(_ call: () throws -> Result) throws -> Result {
        do { return try call() } catch let error as QueueError where error.kind == .unavailable { return try call() }
    }
}
