internal import CommandLine
internal import Queue
internal import Reporting

/// Asks for readiness on a thread of its own, at most once a second, however many ask.
actor ReadinessLane {
    private let executor = BlockingExecutor(label: "relocation.http.readiness")
    nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }
    private let ask: @Sendable () -> Readiness
    private var known: (at: Int64, items: [ReadinessItem])?

    private static let keptMilliseconds: Int64 = 1_000

    init(_ ask: @escaping @Sendable () -> Readiness) { self.ask = ask }

    func problems() -> [ReadinessItem] { items().filter { $0.verdict == .problem } }

    func items() -> [ReadinessItem] {
        if let known, Timestamp.now() - known.at < Self.keptMilliseconds { return known.items }
        let items = ask().items
        known = (Timestamp.now(), items)
        return items
    }
}
