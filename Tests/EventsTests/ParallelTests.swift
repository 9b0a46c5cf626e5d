import Testing

@testable import Events

@Suite struct ParallelTests {
    @Test func resultsStandInTheOrderOfTheirElements() {
        let numbers = Array(0..<10_000)
        #expect(Parallel.map(numbers) { _, number in "\(number)" } == numbers.map { "\($0)" })
        #expect(Parallel.map([Int]()) { _, number in number } == [])
    }

    @Test func everyThreadHasANumberOfItsOwn() {
        let lanes = Parallel.map(Array(0..<1_000)) { lane, _ in lane }
        #expect(lanes.allSatisfy { 0..<Parallel.lanes ~= $0 })
    }

    @Test func everyObjectIsChangedOnce() {
        final class Counter { var count = 0 }
        let counters = (0..<1_000).map { _ in Counter() }
        Parallel.forEach(counters) { $0.count += 1 }
        #expect(counters.allSatisfy { $0.count == 1 })
    }
}
