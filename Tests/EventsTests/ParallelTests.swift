import Synchronization
import Testing

@testable import Events

@Suite struct ParallelTests {
    @Test func resultsStandInTheOrderOfTheirElements() {
        let numbers = Array(0..<10_000)
        #expect(Parallel.map(numbers) { _, number in "\(number)" } == numbers.map { "\($0)" })
        #expect(Parallel.map([Int]()) { _, number in number } == [])
    }

    /// Tools of a thread, such as a compressor, serve one element at a time.
    @Test func noTwoThreadsShareANumber() {
        final class Lane: Sendable { let isBusy = Atomic(false) }
        let lanes = (0..<Parallel.lanes).map { _ in Lane() }
        let wasBusy = Parallel.map(Array(0..<20_000)) { lane, _ in
            let wasBusy = lanes[lane].isBusy.exchange(true, ordering: .sequentiallyConsistent)
            lanes[lane].isBusy.store(false, ordering: .sequentiallyConsistent)
            return wasBusy
        }
        #expect(!wasBusy.contains(true))
    }

    @Test func everyObjectIsChangedOnce() {
        final class Counter { var count = 0 }
        let counters = (0..<1_000).map { _ in Counter() }
        Parallel.forEach(counters) { $0.count += 1 }
        #expect(counters.allSatisfy { $0.count == 1 })
    }
}
