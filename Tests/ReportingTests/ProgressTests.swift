import Testing

@testable import Reporting

@Suite struct ProgressTests {
    private func meter(_ total: Int, _ samples: [(Int64, Int)]) -> ProgressMeter {
        var meter = ProgressMeter(total: total)
        for (time, done) in samples { meter.update(done: done, at: time) }
        return meter
    }

    @Test func ratesPercentagesAndRemainders() {
        let none = meter(100, [])
        #expect(none.rate == nil && none.percent == 0 && none.remainingSeconds == nil)
        let one = meter(100, [(5_000, 10)])
        #expect(one.rate == nil && one.percent == 10)
        let half = meter(2_000, [(0, 0), (2_000, 1_000)])
        #expect(half.rate == 500 && half.percent == 50 && half.remainingSeconds == 2)
        #expect(meter(100, [(0, 0), (1_000, 100)]).remainingSeconds == 0)
        #expect(meter(100, [(0, 10), (1_000, 10)]).remainingSeconds == nil)
        #expect(meter(0, []).percent == 100)
        #expect(meter(10, [(0, 0), (1_000, 11)]).percent == 100)
        // Three thousandths are left: not done yet.
        #expect(meter(1_000, [(0, 0), (1_000, 997)]).percent == 99)
    }

    @Test func theRateIsThatOfTheLastTenSeconds() {
        // Ten seconds at 100 a second, then ten at 10.
        var slower = ProgressMeter(total: 10_000)
        for second in 0..<10 { slower.update(done: second * 100, at: Int64(second) * 1_000) }
        for second in 0...10 { slower.update(done: 1_000 + second * 10, at: Int64(second + 10) * 1_000) }
        #expect(slower.rate == 10)
        // A take-over that starts again has no negative rate.
        #expect(meter(100, [(0, 0), (1_000, 50), (2_000, 10), (3_000, 20)]).rate == 10)
    }

    @Test func barsFitTheirWidth() {
        let half = meter(2_000, [(0, 0), (2_000, 1_000)])
        // 44 columns of words, 4 around the bar.
        let words = " 50 %  1000/2000 rows  500 rows/s  0:02 left"
        #expect(ProgressBar.bar(half, width: 68) == "[##########----------]  \(words)")
        let bar = String(repeating: "#", count: 20) + String(repeating: "-", count: 20)
        #expect(ProgressBar.bar(half, width: 200) == "[\(bar)]  \(words)")
        for width in 0...120 { #expect(ProgressBar.bar(half, width: width).count <= width) }
        #expect(ProgressBar.bar(half, width: 20) == " 50 %  1000/2000 row")
        #expect(ProgressBar.plain(half) == "50 %, 1000/2000 rows, 500 rows/s, 0:02 left")
        #expect(ProgressBar.plain(meter(5, [(0, 5)])) == "100 %, 5/5 rows")
        #expect(ProgressBar.bar(half, width: 200, color: true).contains("\u{1B}[32m####"))
    }

    @Test(arguments: [
        (0, "0:00"), (59, "0:59"), (60, "1:00"), (3_599, "59:59"), (3_600, "1:00:00"), (90_061, "25:01:01"),
    ])
    func durations(_ seconds: Int, _ text: String) {
        #expect(ProgressBar.duration(seconds) == text)
    }

    @Test func extremeNumbersNeverTrap() {
        let extremes = [Int.min, -1, 0, 1, Int.max]
        let times = [Int64.min, 0, .max]
        for total in extremes {
            for (first, second) in zip(extremes, extremes.reversed()) {
                for (start, end) in zip(times, times.reversed()) {
                    let extreme = meter(total, [(start, first), (end, second), (end, second), (start, first)])
                    #expect((0...100).contains(extreme.percent))
                    #expect(ProgressBar.bar(extreme, width: 80).count <= 80)
                    #expect(ProgressBar.plain(extreme).contains("rows"))
                }
            }
        }
        #expect(meter(.max, [(0, 0), (1, .max)]).remainingSeconds == 0)
        #expect(ProgressBar.plain(meter(.max, [(0, 0), (1, .max)])).contains("rows/s"))
    }
}
