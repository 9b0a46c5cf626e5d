import Flow
import Queue
import Testing

/// The rules of the steps, by themselves.
@Suite struct FlowRuleTests {
    @Test func tasksStandInOrder() {
        #expect(FlowTask.allCases.count == 16)
        #expect(FlowTask.uploadingStart.previous == nil)
        #expect(FlowTask.postprocessing.previous == .importing)
        #expect(FlowTask.beforeRows.last == .importing)
        #expect(FlowTask.afterRows.first == .postprocessing && FlowTask.afterRows.last == .completed)
    }

    @Test func everyStepCanBePausedAndCancelledAt() throws {
        for task in FlowTask.allCases where task.previous.map({ $0.step != task.step }) ?? false {
            var record = FlowRecord(step: task.previous?.step ?? .uploading, latestTask: task.previous?.rawValue ?? "")
            record.pauseAtStep = task.step
            #expect(FlowPrologue(task, record, allowedAttempts: 4).outcome == .paused)
            record.cancelAtStep = task.step
            let cancelled = FlowPrologue(task, record, allowedAttempts: 4)
            #expect(cancelled.outcome == .cancelled)
            #expect(cancelled.record.failureReason == FlowReason.cancelled)
            #expect(cancelled.record.pauseAtStep == nil && cancelled.record.cancelAtStep == nil)
        }
    }

    @Test func recoverNeverCountsBelowZero() throws {
        var record = FlowRecord(status: .failure, latestTask: "IMPORTING", latestTaskAttempts: 0)
        record.failureReason = "x"
        let after = try FlowCommand.recover(untilStep: nil).applied(to: record)
        #expect(after.latestTaskAttempts == 0 && after.failureReason == nil && after.status == .inProgress)
    }

    @Test func wantedNamesAreThoseThatWereRecorded() {
        let slugs = WantedNames(["acme", "a-very-long-slug-of-thirty-char"])
        #expect(slugs.holds("acme") && slugs.holds("acme-x7"))
        // Cut to make room for its suffix.
        #expect(slugs.holds("a-very-long-slug-of-thirty-chx-c1") == false)
        #expect(slugs.holds("a-very-long-slug-of-thirty-c-9") == false)
        #expect(WantedNames(["abcdefghij"]).holds("abcdefg-x1"))
        #expect(!slugs.holds("other"))
    }

    @Test func backoffGrowsToItsCap() {
        #expect(FlowBackoff.delay(afterAttempt: 1, jitter: 0.999_999) <= 60_000)
        #expect(FlowBackoff.delay(afterAttempt: 3, jitter: 0.5) == 120_000)
        #expect(FlowBackoff.delay(afterAttempt: 60, jitter: 0.5) == 300_000)
        #expect(FlowBackoff.delay(afterAttempt: 60, jitter: 0.5, limit: 100) == 50)
    }

    @Test func scanLimitsAreExact() {
        var facts = ScanFacts()
        for number in 0..<3 {
            facts.add(organization: "\(number)", slug: "org-\(number)")
            facts.add(user: "\(number)", name: "user-\(number)")
            facts.add(member: "\(number)", of: "\(number)")
        }
        var scan = FlowScan(wanted: ["org-0", "org-1", "org-2"])
        (scan.maxOrganizations, scan.maxUsers) = (3, 3)
        #expect(scan.decide(facts) == .accepted(usernames: ["user-0", "user-1", "user-2"]))
        scan.maxUsers = 2
        #expect(scan.decide(facts) == .refused(FlowReason.manyUsers(3, limit: 2)))
        scan.maxOrganizations = 2
        #expect(scan.decide(facts) == .refused(FlowReason.manyOrganizations(3, limit: 2)))
        #expect(FlowScan(wanted: ["Org-0"]).decide(facts) == .refused(FlowReason.badSlug("Org-0")))
        #expect(
            FlowScan(wanted: ["org-9", "org-0", "gone"]).decide(facts)
                == .refused(FlowReason.missingOrganizations(["gone", "org-9"])))
        #expect(FlowScan(wanted: ["org-0"]).decide(ScanFacts()) == .refused(FlowReason.noUsers))
    }

    @Test func nobodyIsNamedTwice() {
        let people = [(1, "a@example.com"), (2, "A@example.com"), (3, "")].map {
            Notice.Recipient(userID: $0.0, username: "u\($0.0)", address: $0.1)
        }
        #expect(Notice.once(people).map(\.userID) == [1])
    }
}
