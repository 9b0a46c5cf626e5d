import TestSupport
import Testing

@testable import Queue

/// Calls that are sent again after a transient error, and what a second sending finds.
@Suite struct CallRetryTests {
    private let fixture: QueueFixture
    private let queue: RelocationQueue

    init() throws {
        fixture = try QueueFixture()
        queue = try fixture.queue(timeout: 100)
        try queue.enqueue(uuid(1))
    }

    /// Counts what it is asked.
    private final class Counter {
        var errors: [QueueError.Kind] = []
    }

    private func allowRetries(_ milliseconds: Int, _ limit: Int = .max) -> Counter {
        let counter = Counter()
        queue.callRetries = CallRetries(limitMilliseconds: milliseconds) { error in
            counter.errors.append(error.kind)
            return counter.errors.count < limit
        }
        return counter
    }

    // MARK: How often

    @Test func aStallIsWaitedOut() throws {
        let claim = try queue.claimed()
        let counter = allowRetries(20_000)
        fixture.server.freeze()
        let thaw = try ChildProcess("sh", ["-c", "sleep \(0.5 * patience); kill -CONT \(fixture.server.pid)"])
        let start = ContinuousClock.now
        #expect(try queue.acknowledge(claim, tasks: 1, counters: ["a": 1]).remaining == 2)
        #expect(ContinuousClock.now - start >= .milliseconds(400))
        #expect(counter.errors.count >= 2 && Set(counter.errors) == [.unavailable])
        thaw.wait()
        #expect(try queue.acknowledge(claim, tasks: 2, counters: ["a": 2]).remaining == 0)
        try queue.complete(claim)
        #expect(try queue.status(uuid(1)).counters == ["a": 3])
    }

    @Test func itEndsAtItsLimitAndWhenTheCallerMayNotGoOn() throws {
        let claim = try queue.claimed()
        fixture.server.freeze()
        defer { fixture.server.thaw() }
        var counter = allowRetries(20_000, 2)
        #expect(kind { try queue.progress(claim, chunksDone: 1) } == .unavailable)
        #expect(counter.errors.count == 2)
        counter = allowRetries(0)
        #expect(kind { try queue.progress(claim, chunksDone: 1) } == .unavailable)
        #expect(counter.errors == [])
        counter = allowRetries(Int(300 * patience))
        let start = ContinuousClock.now
        #expect(kind { try queue.progress(claim, chunksDone: 1) } == .unavailable)
        #expect(ContinuousClock.now - start < .seconds(5 * patience) && (1...4).contains(counter.errors.count))
    }

    @Test func whatDoesNotPassIsNotSentAgain() throws {
        let claim = try queue.claimed()
        let counter = allowRetries(20_000)
        #expect(kind { try queue.complete(claim) } == .conflict)
        try queue.abort(uuid(1))
        #expect(kind { try queue.progress(claim, chunksDone: 1) } == .leaseLost)
        try fixture.server.cli(["DEL", "{test}:record:\(uuid(1))"])
        try fixture.server.cli(["SET", "{test}:record:\(uuid(1))", "mine"])
        #expect(kind { try queue.progress(claim, chunksDone: 1) } == .protocolError)
        #expect(counter.errors == [])
    }

    // MARK: What a second sending finds

    static let ends = ["postpone", "release", "requeue", "leaveAlone", "fail"]

    private func end(_ name: String, _ claim: Claim) throws {
        switch name {
        case "postpone": try queue.postpone(claim, delayMilliseconds: 0, trouble: "t")
        case "release": try queue.release(claim)
        case "requeue": try queue.requeue(claim)
        case "leaveAlone": try queue.leaveAlone(claim, kind: "k", trouble: "t")
        default: try queue.fail(claim, findings: [], reason: "r", at: 0, task: task(1))
        }
    }

    /// Others have had the relocation before the answer was asked for again.
    @Test(arguments: ends, [0, 1, 15, 16]) func anEndIsRememberedForAWhile(_ name: String, _ others: Int) throws {
        let claim = try queue.claimed()
        try end(name, claim)
        if name == "fail" { try queue.retry(uuid(1)) }
        for number in 0..<others {
            let other = try queue.claimed("other")
            if number % 2 == 0 {
                try queue.release(other)
            } else {
                try queue.postpone(other, delayMilliseconds: 0, trouble: "t")
            }
        }
        let before = try queue.status(uuid(1))
        #expect(kind { try end(name, claim) } == (others > 15 ? .leaseLost : nil))
        #expect(try queue.status(uuid(1)) == before)
        // Another way to end is none that happened.
        #expect(kind { try end(name == "fail" ? "release" : "fail", claim) } == .leaseLost)
        #expect(kind { _ = try queue.acknowledge(claim, tasks: 1) } == .leaseLost)
        #expect(try queue.status(uuid(1)) == before)
    }

    @Test func anOperatorsPauseDoesNotHideAnEnd() throws {
        let claim = try queue.claimed()
        try queue.postpone(claim, delayMilliseconds: 0, trouble: "t")
        #expect(try queue.pause(uuid(1)) == .done)
        try queue.postpone(claim, delayMilliseconds: 0, trouble: "t")
        let status = try queue.status(uuid(1))
        #expect(status.status == .paused && status.attempts == 1)
    }

    // MARK: What Redis has forgotten

    /// A worker that goes on with another connection must find its list as it has left it.
    @Test func nothingIsReadOrEndedBehindAForgottenAcknowledgement() throws {
        let claim = try queue.claimed()
        try fixture.server.cli(["SAVE"])
        _ = try queue.acknowledge(claim, tasks: 2)
        fixture.server.kill()
        try fixture.server.start()
        _ = allowRetries(1_000)
        let calls: [() throws -> Void] = [
            { _ = try queue.tasks(claim, from: 0, count: 1, maxBytes: 1) },
            { try queue.fail(claim, findings: [], reason: "r", at: 0, task: task(3)) },
            { try queue.complete(claim) },
        ]
        for call in calls {
            queue.places[claim.token] = ListPlace(finished: 2, total: 3)
            do {
                try call()
                Issue.record("it was done")
            } catch let error as QueueError { #expect(error.leaseLoss == .forgotten) }
        }
        #expect(try queue.status(uuid(1)).status == .inProgress)
        // A reason that lies in no task does not depend on the list.
        queue.places[claim.token] = ListPlace(finished: 2, total: 3)
        try queue.fail(claim, findings: [], reason: "r")
        #expect(try queue.status(uuid(1)).status == .failure)
    }
}
