import Queue
import TestSupport
import Testing

/// A relocation that has ended, or is paused, goes into the step UNDOING and out of it again.
@Suite struct UndoTests {
    private let fixture: QueueFixture
    private let queue: RelocationQueue

    init() throws {
        fixture = try QueueFixture()
        queue = try fixture.queue()
    }

    private func request(_ text: String = "{}", unknown: DestinationName? = nil) throws {
        try queue.requestUndo(uuid(1), text, ofUnknownIn: unknown, by: "ada@h")
    }

    private func succeed() throws {
        try queue.enqueue(uuid(1))
        let claim = try queue.claimed()
        _ = try queue.acknowledge(claim, tasks: 3)
        try queue.complete(claim)
    }

    private func refusal(_ body: () throws -> Void) -> QueueError.Kind? {
        do { try body() } catch { return (error as? QueueError)?.kind }
        return nil
    }

    @Test func onlyWhatHasEndedOrIsPausedIsUndone() throws {
        #expect(refusal { try request() } == .notFound)
        try queue.enqueue(uuid(1))
        #expect(refusal { try request() } == .conflict)
        _ = try queue.pause(uuid(1))
        try request()
        let status = try queue.status(uuid(1))
        #expect(status.status == .inProgress && status.step == .undoing && status.undo.request == "{}")
        // The same request once more changes nothing, another one is refused.
        try request()
        #expect(refusal { try request("{\"isDryRun\":true}") } == .conflict)
    }

    /// Versions that know the formats up to 3 would import what is left.
    @Test func olderWorkersLeaveItAlone() throws {
        try succeed()
        try request()
        #expect(try queue.status(uuid(1)).format == 4)
        try queue.bind(try queue.claimed(), destination: "here")
        #expect(try queue.status(uuid(1)).format == 4)
    }

    @Test func aSuccessWithoutTasksIsClaimedAndEndsAsUndone() throws {
        try succeed()
        try request()
        let claim = try queue.claimed()
        #expect(claim.status.step == .undoing)
        try queue.describeUndo(claim, summary: "s", isBegun: true)
        try queue.finishUndo(claim, reason: "Undone by ada")
        // An answer that was lost: the same call once more.
        try queue.finishUndo(claim, reason: "Undone by ada")
        let status = try queue.status(uuid(1))
        #expect(status.status == .failure && status.step == .undoing && status.endedBy == .undo)
        #expect(status.failureReason == "Undone by ada" && status.undo.summary == "s" && status.payloadBytes == 0)
        #expect(try queue.history(uuid(1)).map(\.what).suffix(3) == ["undoRequested", "claimed", "undone"])
        #expect(refusal { try request() } == .conflict)
        #expect(refusal { try queue.retry(uuid(1)) } == .conflict)
        // The UUID is free.
        try queue.enqueue(uuid(1))
        #expect(try queue.claimed().status.step == .importing)
    }

    @Test func aRefusedUndoGivesTheStateBack() throws {
        try queue.enqueue(uuid(1))
        try queue.fail(try queue.claimed(), findings: ["{}"], reason: "r", at: 1, task: task(2), row: nil)
        let failed = try queue.status(uuid(1))
        try request()
        #expect(try queue.status(uuid(1)).failureReason.isEmpty, "it is in progress")
        let claim = try queue.claimed()
        for _ in 1...2 { try queue.returnUndo(claim, summary: "s", refusal: ("others", .references)) }
        let status = try queue.status(uuid(1))
        #expect(status.status == .failure && status.step == .importing && status.failureReason == "r")
        #expect(status.format == failed.format && status.findings == ["{}"] && status.completedAt == failed.completedAt)
        #expect(status.undo.refusal == "others" && status.undo.cause == .references)
        try queue.retry(uuid(1))
        #expect(try queue.tasks(try queue.claimed(), from: 0, count: 9, maxBytes: 1 << 20).elements.count == 3)
    }

    @Test func theFormerHolderIsFenced() throws {
        try succeed()
        try request()
        let former = try queue.claimed()
        _ = try fixture.server.cli(["ZADD", "{test}:leased:unbound", "1", uuid(1)])
        let heir = try queue.claimed("w2")
        for call in [
            { try queue.describeUndo(former, summary: "", isBegun: true) },
            { try queue.finishUndo(former, reason: "") },
            { try queue.returnUndo(former, summary: "") },
        ] as [() throws -> Void] {
            #expect(refusal(call) == .leaseLost)
        }
        try queue.finishUndo(heir, reason: "done")
        #expect(try queue.status(uuid(1)).endedBy == .undo)
    }

    /// Before anything is removed a cancelled undo leaves the relocation as it was; afterwards it stays half undone, and
    /// nobody imports it.
    @Test func itIsWithdrawnBeforeItBegins() throws {
        try succeed()
        try request()
        #expect(try queue.cancel(uuid(1)) == .done)
        #expect(try queue.status(uuid(1)).status == .success)
        try request()
        let claim = try queue.claimed()
        try queue.describeUndo(claim, summary: "", isBegun: true)
        #expect(try queue.cancel(uuid(1)) == .requested)
        try queue.release(claim)
        let status = try queue.status(uuid(1))
        #expect(status.status == .failure && status.step == .undoing && status.endedBy == .cancel)
        guard case .exists = try queue.begin(NewRelocation(uuid: uuid(1), scope: "users"), replacing: true) else {
            Issue.record("it was replaced")
            return
        }
        try request()
        try queue.finishUndo(try queue.claimed(), reason: "done")
    }

    @Test func whatRedisHasForgottenGetsARecord() throws {
        try request(unknown: .standard)
        let claim = try queue.claimed()
        #expect(claim.status.scope.isEmpty && claim.status.step == .undoing)
        var origin = ForgottenRelocation()
        (origin.scope, origin.sourceName, origin.hasSucceeded) = ("users", "f.json", true)
        try queue.describeUndo(claim, summary: "", isBegun: false, origin: origin)
        try queue.returnUndo(claim, summary: "s")
        let status = try queue.status(uuid(1))
        #expect(status.status == .success && status.step == .completed && status.sourceName == "f.json")
        #expect(try queue.history(uuid(1)).map(\.what) == ["undoRequested", "started", "undoPlanned"])
    }
}
