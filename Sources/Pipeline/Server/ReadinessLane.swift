internal import CommandLine
internal import Queue
internal import Reporting

/// Asks Redis and the database whether they can be worked with: on a thread of its own, at most once a second, however
/// many ask.
actor ReadinessLane {
    struct Report: Sendable {
        let items: [ReadinessItem]
        /// Seconds that asking the databases took.
        let databaseSeconds: Double

        var problems: [ReadinessItem] { items.filter { $0.verdict == .problem } }

        /// - Parameter prefix: of the names of items: `redis.`
        func isUp(_ prefix: String) -> Bool { !problems.contains { $0.name.hasPrefix(prefix) } }
    }

    private let executor = BlockingExecutor(label: "relocation.http.readiness")
    nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }
    private let settings: ServerSettings
    private var known: (at: Int64, report: Report)?

    private static let keptMilliseconds: Int64 = 1_000

    init(_ settings: ServerSettings) { self.settings = settings }

    func report() -> Report {
        if let known, Timestamp.now() - known.at < Self.keptMilliseconds { return known.report }
        let redis = settings.askRedis()
        let clock = ContinuousClock()
        let start = clock.now
        let database = settings.askDatabase()
        let report = Report(items: redis + database, databaseSeconds: (clock.now - start).seconds)
        known = (Timestamp.now(), report)
        return report
    }
}
