import Testing

@testable import Relocation
@testable import WorkerRuntime

/// When a worker counts as hanging, with a check every 10 ms and a limit of 30 ms.
@Suite struct StallDetectorTests {
    typealias Reading = StallDetector.Reading
    typealias Verdict = StallDetector.Verdict

    private func verdicts(_ checks: [[Reading]]) -> [Verdict] {
        var detector = StallDetector(limitMilliseconds: 30, checkIntervalMilliseconds: 10)
        return checks.map { detector.check($0) }
    }

    @Test func aLoopThatTurnsIsHealthy() {
        #expect(verdicts((0..<50).map { [Reading(beats: $0 / 3)] }).allSatisfy { $0 == .healthy })
    }

    @Test func aLoopThatHangsIsAskedOnceAndThenGivenUp() {
        #expect(
            verdicts(Array(repeating: [Reading(beats: 5)], count: 8)) == [
                .healthy, .healthy, .healthy, .reconnect([0]), .waiting, .waiting, .stalled(0), .stalled(0),
            ])
    }

    @Test func aLoopThatComesBackIsAskedAnew() {
        let hang = Array(repeating: [Reading(beats: 1)], count: 4)
        let again = Array(repeating: [Reading(beats: 2)], count: 4)
        #expect(
            verdicts(hang + again) == [
                .healthy, .healthy, .healthy, .reconnect([0]), .healthy, .healthy, .healthy, .reconnect([0]),
            ])
    }

    @Test func everyLoopCounts() {
        let checks = (0..<7).map { [Reading(beats: $0), Reading(beats: 1), Reading(isRetired: true)] }
        #expect(
            verdicts(checks) == [
                .healthy, .healthy, .healthy, .reconnect([1]), .waiting, .waiting, .stalled(1),
            ])
    }

    @Test func longStepsAreAllowedFor() {
        let checks = Array(repeating: [Reading(beats: 1, extraMilliseconds: 20)], count: 9)
        #expect(
            verdicts(checks) == [
                .healthy, .healthy, .healthy, .healthy, .healthy, .reconnect([0]), .waiting, .waiting, .stalled(0),
            ])
    }

    @Test func loopsThatBeginLaterAreTakenIn() {
        #expect(
            verdicts([[], [Reading()], [Reading()], [Reading()], [Reading()]]) == [
                .healthy, .healthy, .healthy, .healthy, .reconnect([0]),
            ])
    }
}
