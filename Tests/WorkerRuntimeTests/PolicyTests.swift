import Catalogue
import Cutting
import ExportFormat
import Queue
import TaskFormat
import Testing

@testable import Relocation
@testable import WorkerRuntime

@Suite struct PolicyTests {
    @Test(arguments: [(1, 500), (2, 1000), (3, 2000), (16, 16_384_000), (17, 28_800_000), (1000, 28_800_000)])
    func aDelayDoublesUpToItsBound(_ attempt: Int, _ full: Int) {
        let policy = RetryPolicy()
        #expect(policy.delay(afterAttempt: attempt, jitter: 0) == full * 85 / 100)
        #expect(policy.delay(afterAttempt: attempt, jitter: 0.5) == full)
        let most = policy.delay(afterAttempt: attempt, jitter: 1.0.nextDown)
        #expect(most >= full * 115 / 100 - 1 && most <= full * 115 / 100)
    }

    @Test func theAttemptsAreSpreadOverThreeDays() {
        let policy = RetryPolicy()
        let hours =
            (1..<policy.maxAttempts).map { policy.delay(afterAttempt: $0, jitter: 0.5) }.reduce(0, +) / 3_600_000
        // 0.5 s × (2^16 - 1) = 9.1 h, and eight times eight hours.
        #expect(hours == 73)
    }

    @Test func theLastAttemptEndsTheRetries() {
        var policy = RetryPolicy()
        policy.maxAttempts = 3
        #expect(policy.decision(afterAttempt: 1, jitter: 0) == .retry(milliseconds: 425))
        #expect(policy.decision(afterAttempt: 2, jitter: 0) == .retry(milliseconds: 850))
        #expect(policy.decision(afterAttempt: 3, jitter: 0) == .giveUp)
        #expect(policy.decision(afterAttempt: 4, jitter: 0) == .giveUp)
    }

    @Test func aLeaseEndsATenthEarly() {
        let now = LeaseClock.now()
        #expect(LeaseClock(leaseMilliseconds: 60_000, sentAt: now - 50_000).isHeld)
        #expect(!LeaseClock(leaseMilliseconds: 60_000, sentAt: now - 54_000).isHeld)
    }

    @Test func aRenewalOnlyExtendsTheLease() {
        let now = LeaseClock.now()
        let clock = LeaseClock(leaseMilliseconds: 60_000, sentAt: now - 54_000)
        clock.extend(leaseMilliseconds: 60_000, sentAt: now - 70_000)
        #expect(!clock.isHeld)
        clock.extend(leaseMilliseconds: 60_000, sentAt: now)
        #expect(clock.isHeld)
        clock.extend(leaseMilliseconds: 60_000, sentAt: now - 60_000)
        #expect(clock.isHeld)
        clock.lose(.takenOver)
        #expect(!clock.isHeld)
        clock.extend(leaseMilliseconds: 60_000, sentAt: now)
        #expect(!clock.isHeld)
    }

    @Test func optionsAreReadAsWritten() throws {
        var options = RelocationOptions()
        #expect(RelocationOptions(json: options.json) == options)
        options.mergeUsers = true
        options.overwriteConfigs = true
        options.hideOrganizations = true
        options.atomic = true
        options.chunkSize = 7
        #expect(RelocationOptions(json: options.json) == options)
        #expect(RelocationOptions(json: "") == nil)
        #expect(RelocationOptions(json: "[]") == nil)
    }
}
