import Catalogue
import Notification
import Queue
import TestSupport
import Testing

@testable import WorkerRuntime

/// Mails whose log is the relocation's record.
@Suite struct ClaimNotificationTests {
    private func notice(_ name: String) -> Notice {
        Notice(
            .started, of: "00000000-0000-4000-8000-000000000001", to: NoticeRecipient(address: "\(name)@example.com"))
    }

    private func send(_ server: MailServer, _ queue: RelocationQueue, _ claim: Claim) throws -> NoticeReport {
        let settings = try MailSettings(url: "smtp-plain://localhost:\(server.port)", sender: "sentry@example.com")
        let hooks = NotifierHooks(now: LeaseClock.now, wallClock: WallClock.now) { $0 < 1_000 }
        return try Notifier(
            settings, NoticeTemplates(), ClaimNotificationLog(queue, claim), MailPace(perMinute: 100), hooks
        ).send(["ada", "bob", "cid"].map(notice))
    }

    /// The server is lost with the second mail in hand, and the worker after it: the next worker goes on behind that mail.
    @Test func nobodyIsToldTwiceByTwoWorkers() throws {
        let bench = try Bench()
        let uuid = try bench.enqueue(1)
        let queue = try bench.queue()
        guard case .claimed(let claim) = try queue.claim(worker: "one", destination: bench.served()) else {
            Issue.record("nothing to claim")
            return
        }
        var behaviour = MailServer.Behaviour()
        behaviour.diesAtMail = 2
        let first = try MailServer(behaviour)
        #expect(try send(first, queue, claim).sentNow == 1)
        try queue.release(claim)

        let second = try MailServer(port: first.port)
        let next = try bench.queue()
        guard case .claimed(let heir) = try next.claim(worker: "two", destination: bench.served()) else {
            Issue.record("nothing to claim")
            return
        }
        #expect(heir.uuid == uuid)
        let report = try send(second, next, heir)
        #expect(report.sentNow == 1 && report.count { $0 == .sent } == 2 && report.count { $0 == .sending } == 1)
        #expect(try first.mails().flatMap(\.recipients) == ["ada@example.com", "bob@example.com"])
        #expect(try second.mails().flatMap(\.recipients) == ["cid@example.com"])
        // The first worker has lost the relocation.
        #expect(throws: NotificationError.self) { try send(second, queue, claim) }
        #expect(try second.mails().count == 1)
    }
}
