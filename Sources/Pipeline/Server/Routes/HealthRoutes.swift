internal import CommandLine
internal import Hummingbird
internal import Reporting

/// What supervisors and load balancers ask. They need no token, and learn nothing but that.
struct HealthRoutes {
    private let site: Site

    init(_ site: Site) { self.site = site }

    func add(to router: Router<ServerContext>) {
        router.get("healthz") { _, _ in health() }
        router.get("readyz") { _, _ in
            Self.answer(await site.readiness.report().problems.map { ($0.name, $0.message) })
        }
    }

    /// Whether every loop of the worker turns.
    private func health() -> Response {
        Self.answer(site.settings.hangingLoops().map { ($0, "This loop hangs.") })
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
