import Testing

@testable import Operations

@Suite struct RetryBackoffTests {
    /// The delays of calls that fail at once.
    private func delays(limit: Int64) -> [Int64] {
        var backoff = RetryBackoff(limitMilliseconds: limit)
        var now: Int64 = 1_000
        var out: [Int64] = []
        while let delay = backoff.delayAfterFailure(at: now) {
            out.append(delay)
            now += delay
        }
        return out
    }

    @Test func intervalsGrowAndEndAtTheLimit() {
        #expect(delays(limit: 4_000) == [50, 100, 200, 400, 800, 1_000, 1_000, 450])
        #expect(delays(limit: 50) == [50])
        #expect(delays(limit: 1) == [1])
        #expect(delays(limit: 11_000).reduce(0, +) == 11_000)
    }

    @Test func noLimitRepeatsNothing() {
        #expect(delays(limit: 0).isEmpty)
        #expect(delays(limit: -1).isEmpty)
    }

    @Test func aCallThatTookLongerThanTheLimitIsTheLast() {
        var backoff = RetryBackoff(limitMilliseconds: 1_000)
        #expect(backoff.delayAfterFailure(at: 0) == 50)
        #expect(backoff.delayAfterFailure(at: 1_000) == nil)
    }

    @Test func extremeClocksDoNotOverflow() {
        var backoff = RetryBackoff(limitMilliseconds: .max)
        #expect(backoff.delayAfterFailure(at: .min) == 50)
        #expect(backoff.delayAfterFailure(at: .max) == nil)
    }
}
