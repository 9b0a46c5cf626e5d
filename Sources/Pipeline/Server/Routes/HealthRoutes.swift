internal import CommandLine
internal import Hummingbird
internal import Queue
internal import Reporting

/// What supervisors and load balancers ask. They need no token, and learn nothing but that.
struct HealthRoutes {
    private let settings: ServerSettings
    private let readiness: ReadinessLane

    init(_ site: Site) {
        settings = site.settings
        readiness = ReadinessLane(site.settings.readiness)
    }

    func add(to router: Router<ServerContext>) {
        router.get("healthz") { _, _ in health() }
        router.get("readyz") { _, _ in
            Self.answer(await readiness.problems().map { ($0.name, $0.message) })
        }
    }

    /// Whether every loop of the worker turns.
    private func health() -> Response {
        Self.answer(settings.hangingLoops().map { ($0, "This loop hangs.") })
    }

    private static func answer(_ problems: [(name: String, message: String)]) -> Response {
        .json(
            .object([
                "status": .text(problems.isEmpty ? "ok" : "problem"),
                "problems": .list(
                    problems.map { .object(["name": .text($0.name), "message": .text($0.message)]) }),
            ]), status: problems.isEmpty ? .ok : .serviceUnavailable)
    }
}

/// Asks for readiness on a thread of its own, at most once a second, however many ask.
private actor ReadinessLane {
    private let executor = BlockingExecutor(label: "relocation.http.readiness")
    nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }
    private let ask: @Sendable () -> Readiness
    private var known: (at: Int64, problems: [ReadinessItem])?

    private static let keptMilliseconds: Int64 = 1_000

    init(_ ask: @escaping @Sendable () -> Readiness) { self.ask = ask }

    func problems() -> [ReadinessItem] {
        if let known, Timestamp.now() - known.at < Self.keptMilliseconds { return known.problems }
        let problems = ask().items.filter { $0.verdict == .problem }
        known = (Timestamp.now(), problems)
        return problems
    }
}
