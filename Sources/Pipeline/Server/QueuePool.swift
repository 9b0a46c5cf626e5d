package import Queue
internal import Synchronization

/// A few connections to Redis on threads of their own, for requests that come at any time. Calls to Redis block: they
/// never run on a thread of the server's event loops.
package final class QueuePool: Sendable {
    private let lanes: [QueueLane]
    /// Calls that each lane has before it.
    private let waiting: Mutex<[Int]>

    /// Connections, and calls that wait for one of them. What comes beyond is refused at once.
    package static let (connections, waitingLimit) = (4, 256)

    package init(_ configuration: QueueConfiguration, connections: Int = QueuePool.connections) {
        lanes = (0..<connections).map { QueueLane($0, configuration) }
        waiting = Mutex(Array(repeating: 0, count: connections))
    }

    /// Runs a call on the least busy connection. Throws `Problem.busy` if too many wait.
    package func run<Result: Sendable>(
        _ call: @Sendable @escaping (RelocationQueue) throws -> Result
    ) async throws -> Result {
        let place = try waiting.withLock { (counts) throws(Problem) -> Int in
            guard let least = counts.min(), let place = counts.firstIndex(of: least),
                counts.reduce(0, +) < Self.waitingLimit
            else { throw .busy }
            counts[place] += 1
            return place
        }
        defer { waiting.withLock { $0[place] -= 1 } }
        return try await lanes[place].run(call)
    }
}

/// One connection on a thread of its own. It opens with the first call.
private actor QueueLane {
    private let executor: BlockingExecutor
    nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }
    private let configuration: QueueConfiguration
    private var queue: RelocationQueue?

    init(_ number: Int, _ configuration: QueueConfiguration) {
        executor = BlockingExecutor(label: "relocation.http.\(number)")
        self.configuration = configuration
    }

    func run<Result: Sendable>(_ call: @Sendable (RelocationQueue) throws -> Result) throws -> Result {
        let queue = try queue ?? RelocationQueue(configuration)
        self.queue = queue
        return try call(queue)
    }
}
