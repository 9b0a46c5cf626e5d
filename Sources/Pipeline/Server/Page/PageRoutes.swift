internal import CommandLine
internal import HTTPTypes
internal import Hummingbird
internal import Operations
internal import Page
internal import Queue
internal import Reporting

/// The page: what browsers show.
struct PageRoutes {
    let site: Site

    init(_ site: Site) { self.site = site }

    func add(to router: RouterGroup<ServerContext>) {
        router.get("/") { request, context in try await answer(request, context, overview) }
        router.get("relocations") { request, context in try await answer(request, context, list) }
        router.get("failures") { request, context in try await answer(request, context, failures) }
        router.get("relocations/:uuid") { request, context in
            let id = try Self.id(context)
            return try await answer(request, context) { try await relocation(id, $0) }
        }
        router.get("relocations/:uuid/dropped") { request, context in
            let id = try Self.id(context)
            return try await answer(request, context) { _ in try await dropped(id) }
        }
    }

    /// What a page depends on besides the picture.
    struct Visit: Sendable {
        let parameters: Form
        let viewer: Viewer

        /// What the last action came to.
        var said: String? { parameters["said"].flatMap(Said.words) }
    }

    typealias Make = @Sendable (Visit) async throws -> Page

    /// The page, or for a browser that is on it already the parts that change.
    private func answer(_ request: Request, _ context: ServerContext, _ make: @escaping Make) async throws -> Response {
        let visit = Visit(parameters: request.parameters, viewer: context.viewer)
        guard request.headers[.accept]?.contains("text/event-stream") == true else {
            return .page(try await make(visit), visit.viewer)
        }
        return .parts { try await make(visit) }
    }

    private static func id(_ context: ServerContext) throws -> RelocationID {
        guard let id = context.parameters.get("uuid").flatMap(RelocationID.init) else { throw Problem.notFound }
        return id
    }

    private func overview(_ visit: Visit) async throws -> Page {
        let picture = try await site.view.current()
        let facts = OverviewFacts(
            index: picture.index, workforce: picture.workforce, destinations: picture.destinations,
            trend: picture.trend, health: await health())
        return Pages.overview(facts, visit.viewer, said: visit.said)
    }

    /// Redis and the database: the first problem of each.
    private func health() async -> [OverviewFacts.Health] {
        let items = await site.readiness.report().items
        return [("Redis", true), ("Database", false)].compactMap { name, isRedis in
            let own = items.filter { $0.name.hasPrefix("redis.") == isRedis }
            guard !own.isEmpty else { return nil }
            return OverviewFacts.Health(name: name, problem: own.first { $0.verdict == .problem }?.message)
        }
    }

    private func list(_ visit: Visit) async throws -> Page {
        let query = ListQuery { visit.parameters[$0] }
        let picture = try await site.view.current()
        let found = picture.index.matching(query.filter(now: picture.workforce.now))
        return Pages.list(query, found: found, in: picture.index, picture.workforce, visit.viewer, said: visit.said)
    }

    private func failures(_ visit: Visit) async throws -> Page {
        let picture = try await site.view.current()
        return Pages.failures(picture.index.failures, visit.viewer, now: picture.workforce.now, said: visit.said)
    }

    private func relocation(_ id: RelocationID, _ visit: Visit) async throws -> Page {
        let (report, history) = try await site.queues.run { queue in
            (try StatusReport.read(id.text, in: queue), try queue.history(id.text))
        }
        return Pages.relocation(report, history, visit.viewer, now: report.workforce?.now ?? 0, said: visit.said)
    }

    private func dropped(_ id: RelocationID) async throws -> Page {
        let report = try await site.queues.run { queue in
            DroppedReport(try queue.status(id.text), listed: try queue.listedRows(id.text))
        }
        return Pages.dropped(report, id.text)
    }
}

extension ServerContext {
    /// What the page offers to who asks.
    var viewer: Viewer { caller?.viewer ?? Viewer(canAct: false, formToken: "") }
}

extension Caller {
    /// What the page offers.
    var viewer: Viewer { Viewer(canAct: role == .operator, formToken: formToken ?? "") }
}
