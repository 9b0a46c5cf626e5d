import TestSupport
import Testing

@testable import Queue

/// What the queue keeps of the rows that a destination held, and of why a retry does not help.
@Suite struct RecordedRowsTests {
    @Test func theyAreCountedApartFromWhatBecameOfRows() throws {
        let fixture = try QueueFixture()
        let queue = try fixture.queue()
        try queue.enqueue(uuid(1), counters: ["a|dropped|filtered": 2])
        let claim = try queue.claimed()
        #expect(claim.status.recordedRows == [:])
        _ = try queue.acknowledge(claim, tasks: 1, counters: ["a|inserted": 3], recorded: ["a": 5, "b": 1])
        _ = try queue.acknowledge(claim, tasks: 1, recorded: ["a": 2])
        let status = try queue.status(uuid(1))
        #expect(status.recordedRows == ["a": 7, "b": 1])
        #expect(status.counters == ["a|inserted": 3, "a|dropped|filtered": 2])
        try queue.release(claim)
        #expect(try queue.claimed().status.recordedRows == ["a": 7, "b": 1])
    }

    @Test func enqueuingAgainStartsThemAgain() throws {
        let fixture = try QueueFixture()
        let queue = try fixture.queue()
        try queue.enqueue(uuid(1))
        let claim = try queue.claimed()
        _ = try queue.acknowledge(claim, tasks: 1, recorded: ["a": 5])
        try queue.fail(claim, findings: [], reason: "gone", cause: .lostRows)
        try queue.enqueue(uuid(1))
        let status = try queue.status(uuid(1))
        #expect(status.recordedRows == [:] && status.failureCause == nil)
    }

    @Test(arguments: [FailureCause.lostRows, .otherImport]) func aRetryForgetsTheCause(_ cause: FailureCause) throws {
        let fixture = try QueueFixture()
        let queue = try fixture.queue()
        try queue.enqueue(uuid(1))
        try queue.fail(try queue.claimed(), findings: [], reason: "so", cause: cause)
        #expect(try queue.status(uuid(1)).failureCause == cause)
        try queue.retry(uuid(1))
        #expect(try queue.status(uuid(1)).failureCause == nil)
        try queue.fail(try queue.claimed(), findings: [], reason: "so")
        #expect(try queue.status(uuid(1)).failureCause == nil)
    }

    @Test func whoQueuedItIsKept() throws {
        let fixture = try QueueFixture()
        let queue = try fixture.queue()
        var relocation = NewRelocation(uuid: uuid(1), scope: "users")
        relocation.enqueuedBy = "ann@host"
        relocation.toolVersion = "1.2"
        relocation.keyBounds = #"{"sentry.user":[1,1,1]}"#
        _ = try queue.begin(relocation)
        let status = try queue.status(uuid(1))
        #expect(status.enqueuedBy == "ann@host" && status.toolVersion == "1.2")
        #expect(status.keyBounds == relocation.keyBounds)
    }
}
