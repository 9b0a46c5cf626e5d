import Catalogue
import Cutting
import ExportFormat
import TaskFormat
import Testing

@testable import Relocation
@testable import WorkerRuntime

@Suite struct PolicyTests {
    @Test(arguments: [(1, 500), (2, 1000), (3, 2000), (7, 32_000), (8, 60_000), (9, 60_000), (1000, 60_000)])
    func aDelayIsBetweenHalfAndAllOfItsBound(_ attempt: Int, _ bound: Int) {
        let policy = RetryPolicy()
        #expect(policy.delay(afterAttempt: attempt, jitter: 0) == bound / 2)
        #expect(policy.delay(afterAttempt: attempt, jitter: 0.5) == bound * 3 / 4)
        let most = policy.delay(afterAttempt: attempt, jitter: 1.0.nextDown)
        #expect(most >= bound - 1 && most <= bound)
    }

    @Test func theLastAttemptEndsTheRetries() {
        var policy = RetryPolicy()
        policy.maxAttempts = 3
        #expect(policy.decision(afterAttempt: 1, jitter: 0) == .retry(milliseconds: 250))
        #expect(policy.decision(afterAttempt: 2, jitter: 0) == .retry(milliseconds: 500))
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
        clock.lose()
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
