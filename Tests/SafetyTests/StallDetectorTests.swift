import Testing

@testable import Relocation
@testable import WorkerRuntime

/// When a worker counts as hanging: checks every 10 ms, with a limit of 30 ms.
@Suite struct StallDetectorTests {
    typealias Reading = StallDetector.Reading
    typealias Verdict = StallDetector.Verdict

    private func verdicts(_ looks: [[Reading]]) -> [Verdict] {
        var detector = StallDetector(limitMilliseconds: 30, lookMilliseconds: 10)
        return looks.map { detector.look($0) }
    }

    @Test func aLoopThatMakesProgressIsHealthy() {
        #expect(verdicts((0..<50).map { [Reading(beats: $0 / 3)] }).allSatisfy { $0 == .healthy })
    }

    @Test func aLoopThatHangsIsAskedOnceAndThenGivenUp() {
        #expect(
            verdicts(Array(repeating: [Reading(beats: 5)], count: 8)) == [
                .healthy, .healthy, .healthy, .reconnect([0]), .waiting, .waiting, .stalled(0), .stalled(0),
            ])
    }

    @Test func aLoopThatRecoversIsAskedAgain() {
        let hang = Array(repeating: [Reading(beats: 1)], count: 4)
        let again = Array(repeating: [Reading(beats: 2)], count: 4)
        #expect(
            verdicts(hang + again) == [
                .healthy, .healthy, .healthy, .reconnect([0]), .healthy, .healthy, .healthy, .reconnect([0]),
            ])
    }

    @Test func everyLoopCounts() {
        let looks = (0..<7).map { [Reading(beats: $0), Reading(beats: 1), Reading(isRetired: true)] }
        #expect(
            verdicts(looks) == [
                .healthy, .healthy, .healthy, .reconnect([1]), .waiting, .waiting, .stalled(1),
            ])
    }

    @Test func longStepsAreAllowedFor() {
        let looks = Array(repeating: [Reading(beats: 1, extraMilliseconds: 20)], count: 9)
        #expect(
            verdicts(looks) == [
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
