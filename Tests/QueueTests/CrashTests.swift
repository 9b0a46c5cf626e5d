import Queue
import TestSupport
import Testing

/// A lease that ran out is a crash only until its worker says that it lives.
@Suite struct CrashTests {
    private func setUp() throws -> (QueueFixture, RelocationQueue) {
        let fixture = try QueueFixture()
        let queue = try fixture.queue(lease: 100)
        try queue.enqueue(uuid(1))
        return (fixture, queue)
    }

    /// Claims, uses the lease and lets it run out.
    private func crash(_ queue: RelocationQueue) throws -> Claim {
        let claim = try queue.eventualClaim()
        _ = try queue.renew([claim])
        return claim
    }

    @Test func aWorkerThatLivesTakesItsCrashBackOnce() throws {
        let (fixture, queue) = try setUp()
        let crashed = try (1...3).map { _ in try crash(queue) }
        let heir = try fixture.queue()
        let claim = try heir.eventualClaim()
        #expect(claim.status.consecutiveCrashes == 3 && claim.status.takeovers == 3)
        #expect(try queue.reportAlive(crashed[1]))
        #expect(try heir.status(uuid(1)).consecutiveCrashes == 2)
        #expect(try queue.reportAlive(crashed[1]) == false)
        #expect(try heir.status(uuid(1)).consecutiveCrashes == 2)
        #expect(try queue.reportAlive(crashed[0]) && queue.reportAlive(crashed[2]))
        #expect(try heir.status(uuid(1)).consecutiveCrashes == 0)
        // A take-over stays one, and the heir keeps its lease.
        #expect(try heir.status(uuid(1)).takeovers == 3)
        #expect(try heir.renew([claim]) == [.held(.none)])
    }

    @Test func whatIsNoLongerCountedIsNotTakenBack() throws {
        let (fixture, queue) = try setUp()
        let first = try crash(queue)
        let heir = try fixture.queue(lease: 200)
        let claim = try heir.eventualClaim()
        _ = try heir.acknowledge(claim, tasks: 1)
        #expect(try heir.status(uuid(1)).consecutiveCrashes == 0)
        let next = try heir.eventualClaim()
        #expect(next.status.consecutiveCrashes == 1)
        #expect(try queue.reportAlive(first) == false)
        #expect(try heir.status(uuid(1)).consecutiveCrashes == 1)
        #expect(try fixture.server.cli(["HGET", "{test}:record:\(uuid(1))", "crashTokens"]) == "\(claim.token),")
    }

    @Test func aLeaseThatNobodyHasTakenYetWillNotCount() throws {
        let (fixture, queue) = try setUp()
        let claim = try crash(queue)
        #expect(try queue.reportAlive(claim) == false)
        let next = try fixture.queue().eventualClaim()
        #expect(next.token != claim.token)
        #expect(next.status.consecutiveCrashes == 0 && next.status.takeovers == 1)
    }

    @Test func whatIsRememberedIsBounded() throws {
        let (fixture, queue) = try setUp()
        let record = "{test}:record:\(uuid(1))"
        let claim = try crash(queue)
        let many = (0..<100).map { "\(1_000_000_000_000_000_000 + $0)," }.joined()
        try fixture.server.cli(["HSET", record, "crashTokens", many])
        _ = try queue.eventualClaim()
        let tokens = try fixture.server.cli(["HGET", record, "crashTokens"])
        #expect(tokens.utf8.count == 1_280 && tokens.hasPrefix("\(claim.token),"))
        #expect(try queue.reportAlive(claim))
    }

    @Test func aRelocationThatIsGoneHasNothingToTakeBack() throws {
        let (fixture, queue) = try setUp()
        let claim = try crash(queue)
        try fixture.server.cli(["FLUSHALL"])
        #expect(try queue.reportAlive(claim) == false)
        #expect(try fixture.server.cli(["KEYS", "*"]) == "")
    }
}
