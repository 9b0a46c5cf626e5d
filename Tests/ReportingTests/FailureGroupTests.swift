import Queue
import Testing

@testable import Reporting

/// Failures with the same cause belong together, whatever differs in their words.
@Suite struct FailureGroupTests {
    private func failed(_ number: Int, _ reason: String, at: Int64 = 0, bytes: Int = 1) -> RelocationStatus {
        var status = RelocationStatus(uuid: uuid(number), scope: "users")
        (status.status, status.failureReason, status.completedAt, status.payloadBytes) = (.failure, reason, at, bytes)
        return status
    }

    @Test(arguments: [
        (
            "ValidationError in sentry.user row 3 (pk 1032): username: This field may not be null.",
            "ValidationError in sentry.user row N (pk N): username: This field may not be null."
        ),
        ("an undo of 7B1D0F3E-8a4e-4d6c-9f0e-3d1c2b7a9e12 has begun", "an undo of UUID has begun"),
        ("Could not find user `nobody`.", "Could not find user `…`."),
        ("key 'a b' of \"c\" isn't there, and it's gone", "key '…' of \"…\" isn't there, and it's gone"),
        ("no mail to ada@example.com: 550", "no mail to ADDRESS: N"), ("sha256 and utf8 stay", "sha256 and utf8 stay"),
        ("first line\nsecond line 7", "first line"), ("bell\u{7} and é", "bell  and é"), ("", "no reason is known"),
    ])
    func whatDiffersIsLeftOut(_ reason: String, _ cause: String) {
        #expect(FailureCauseText.normalised(reason) == cause)
        // It is a fixed point: the cause of a cause is itself.
        #expect(FailureCauseText.normalised(cause) == cause)
    }

    @Test func keysAreThoseOfFNV() {
        // From the reference vectors of FNV-1a, 32 bits.
        #expect(FailureCauseText.key("") == "811c9dc5")
        #expect(FailureCauseText.key("a") == "e40c292c")
        #expect(FailureCauseText.key("foobar") == "bf9cf968")
    }

    @Test func groupsCountWhatFailedByItself() throws {
        var cancelled = failed(6, "row 9 is bad")
        cancelled.endedBy = .cancel
        var open = failed(7, "row 9 is bad")
        open.status = .inProgress
        var second = failed(2, "row 2 is bad", at: 50)
        second.destinationName = "eu"
        second.failedTask = #"{"kind":"chunk","model":"sentry.user","minOrdinal":1,"rows":5,"ordinal":2,"pk":7}"#
        let groups = FailureGroup.groups(of: [
            failed(1, "row 1 is bad", at: 70, bytes: 0), second, failed(3, "disk full", at: 90), cancelled, open,
            failed(4, "row 4 is bad", at: 60),
        ])
        #expect(groups.map(\.cause) == ["row N is bad", "disk full"])
        let first = try #require(groups.first)
        #expect(first.relocations.map(\.uuid) == [uuid(1), uuid(2), uuid(4)] && first.example == "row 1 is bad")
        #expect(first.firstSeen == 50 && first.lastSeen == 70)
        #expect(first.retryable.map(\.uuid) == [uuid(2), uuid(4)] && first.skippable.map(\.uuid) == [uuid(2)])
        #expect(first.models == ["sentry.user"] && first.destinations == ["default", "eu"])
        #expect(first.key == FailureCauseText.key("row N is bad"))
    }

    @Test func theReportNamesTheFirstOfEachGroup() throws {
        #expect(FailuresReport([]).text == "No relocation has failed." && FailuresReport([]).json == "[]")
        let report = FailuresReport((1...5).map { failed($0, "row \($0) is bad", at: 951_782_400_000) })
        let lines = report.text.split(separator: "\n").map { $0.drop { $0 == " " } }
        #expect(lines[0] == "5 relocations: row N is bad")
        #expect(lines.last == "relocations   \(uuid(1)), \(uuid(2)), \(uuid(3)) and 2 more")
        guard case .list(let groups)? = JSONValue(json: report.json), case .object(let group)? = groups.first else {
            Issue.record("no list: \(report.json)")
            return
        }
        #expect(group["count"] == .integer(5) && group["retryable"] == .integer(5))
        #expect(group["firstSeen"] == .text("2000-02-29T00:00:00.000Z"))
        #expect(group["uuids"] == .list((1...5).map { .text(uuid($0)) }))
    }
}
