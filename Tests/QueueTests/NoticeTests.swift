import TestSupport
import Testing

@testable import Queue

/// What the queue keeps of who was told what.
@Suite struct NoticeTests {
    @Test func aNoticeIsBegunOnce() throws {
        let fixture = try QueueFixture()
        let queue = try fixture.queue()
        try queue.enqueue(uuid(1))
        let claim = try queue.claimed()
        #expect(try queue.notice(claim, "k") == nil)
        #expect(try queue.beginNotice(claim, "k", retryable: "deferred|"))
        #expect(try queue.notice(claim, "k") == .sending)
        #expect(try !queue.beginNotice(claim, "k", retryable: "deferred|"))
        try queue.noteNotice(claim, "k", "deferred|later")
        #expect(try queue.notice(claim, "k") == .other("deferred|later"))
        #expect(try queue.beginNotice(claim, "k", retryable: "deferred|"))
        try queue.noteNotice(claim, "k", "sent")
        #expect(try !queue.beginNotice(claim, "k", retryable: "deferred|"))
        #expect(try queue.notice(claim, "k") == .other("sent") && queue.notice(claim, "other") == nil)
    }

    @Test func theNextWorkerKnows() throws {
        let fixture = try QueueFixture()
        let queue = try fixture.queue()
        try queue.enqueue(uuid(1))
        let claim = try queue.claimed()
        _ = try queue.beginNotice(claim, "k", retryable: "deferred|")
        try queue.release(claim)
        do {
            _ = try queue.beginNotice(claim, "other", retryable: "deferred|")
            Issue.record("a worker without the relocation tells nobody")
        } catch {
            #expect(error.kind == .leaseLost)
        }
        let next = try fixture.queue()
        let heir = try next.claimed("w2")
        #expect(try next.notice(heir, "k") == .sending)
        #expect(try !next.beginNotice(heir, "k", retryable: "deferred|"))
        #expect(try next.beginNotice(heir, "other", retryable: "deferred|"))
    }

    /// The call happens, and its answer is lost: the same call again still says that the notice may be sent.
    @Test func aLostAnswerIsAskedForAgain() throws {
        let fixture = try QueueFixture()
        let queue = try fixture.queue()
        try queue.enqueue(uuid(1))
        let claim = try queue.claimed()
        let call = try queue.callFor(
            .notice, uuid(1), [.integer(claim.token), "k", "sending|1", "deferred|", .number(60_000)])
        for _ in 0..<2 { #expect(try queue.run(call).text(0) == "1") }
        let other = try queue.callFor(
            .notice, uuid(1), [.integer(claim.token), "k", "sending|2", "deferred|", .number(60_000)])
        #expect(try queue.run(other).text(0) == "0")
    }
}
