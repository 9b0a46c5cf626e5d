import Foundation
import Synchronization

/// Runs a piece of work several times at once, each on its own thread; returns the results by number.
public func inParallel<T: Sendable>(_ count: Int, _ work: @escaping @Sendable (Int) throws -> T) throws -> [T] {
    let race = Race<T>(count)
    for number in 0..<count {
        Thread { race.run(number, work) }.start()
    }
    race.finished.wait()
    return try race.results.withLock { results in try results.sorted { $0.key < $1.key }.map { try $0.value.get() } }
}

private final class Race<T: Sendable>: Sendable {
    let results = Mutex<[Int: Result<T, any Error>]>([:])
    let finished = DispatchSemaphore(value: 0)
    private let count: Int
    private let gate = NSCondition()
    private let ready = Mutex(0)

    init(_ count: Int) { self.count = count }

    func run(_ number: Int, _ work: (Int) throws -> T) {
        gate.lock()
        ready.withLock { $0 += 1 }
        gate.broadcast()
        while ready.withLock({ $0 }) < count { gate.wait() }
        gate.unlock()
        let result = Result { try work(number) }
        let isLast = results.withLock { results in
            results[number] = result
            return results.count == count
        }
        if isLast { finished.signal() }
    }
}
