internal import Queue

/// Asks the destination's databases, one request after another on a thread of its own: a database that does not answer holds up
/// nobody who needs only Redis.
actor DestinationLane {
    private let executor = BlockingExecutor(label: "relocation.http.destination")
    nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

    func run<Result: Sendable>(_ call: @Sendable () throws -> Result) throws -> Result { try call() }
}
