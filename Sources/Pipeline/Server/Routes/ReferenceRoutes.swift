internal import HTTPTypes
internal import Hummingbird
internal import Operations
internal import Queue
internal import Reporting

/// `/api/0/relocations`: relocations with steps, with the verbs, the words and the form of Sentry's own API. Its superuser
/// is our operator; readers may only look.
struct ReferenceRoutes {
    private let site: Site

    init(_ site: Site) { self.site = site }

    func add(to router: Router<ServerContext>) {
        let api = router.group("api/0/relocations").addMiddleware {
            ReferenceAnswers()
            AccessMiddleware(site.settings.tokens)
        }
        api.get { request, _ in try await list(request) }
        api.get(":id") { _, context in
            let id = try Self.id(context)
            return Response.json(try await site.queues.run { queue in try ReferenceRecord(id, in: queue).value })
        }
        put(api, "pause") { actions, id, body in _ = try actions.pause(id, atStep: try body.text("atStep")) }
        put(api, "unpause") { actions, id, body in try actions.unpause(id, untilStep: try body.text("untilStep")) }
        put(api, "cancel") { actions, id, body in _ = try actions.cancel(id, atStep: try body.text("atStep")) }
        put(api, "abort") { actions, id, _ in try actions.abort(id) }
        put(api, "recover") { actions, id, body in try actions.recover(id, untilStep: try body.text("untilStep")) }
        api.post(":id/retry") { _, context -> Response in
            let id = try Self.id(context)
            try await site.queues.run { queue in _ = try RelocationAgain(id, in: queue) }
            throw Problem(
                .badRequest, "Its file is not kept here. Give it again: relocation-enqueue relocate --again \(id) FILE")
        }
        refuseOtherMethods(api)
    }

    private func put(
        _ api: RouterGroup<ServerContext>, _ verb: String,
        _ act: @Sendable @escaping (OperatorActions, RelocationID, ActionBody) throws -> Void
    ) {
        api.put(":id/\(verb)") { request, context in
            var request = request
            let (id, actor) = (try Self.id(context), context.actor)
            let body = try await ActionBody(&request, allowing: nil)
            return Response.json(
                try await site.queues.run { queue in
                    // A plain import has no steps: it is none of those that this API knows.
                    _ = try ReferenceRecord(id, in: queue)
                    try act(OperatorActions(queue, by: actor), id, body)
                    return try ReferenceRecord(id, in: queue).value
                })
        }
    }

    private func refuseOtherMethods(_ api: RouterGroup<ServerContext>) {
        let known: [(String, HTTPRequest.Method)] =
            [("", .get), (":id", .get), (":id/retry", .post)]
            + ["pause", "unpause", "cancel", "abort", "recover"].map { (":id/\($0)", .put) }
        for (path, method) in known {
            for other in [HTTPRequest.Method.get, .post, .put, .delete, .patch] where other != method {
                api.on(RouterPath(path), method: other) { _, _ -> Response in
                    throw Problem.wrongMethod(method.rawValue)
                }
            }
        }
    }

    private static func id(_ context: ServerContext) throws(Problem) -> RelocationID {
        guard let id = context.parameters.get("id").flatMap(RelocationID.init) else { throw .notFound }
        return id
    }

    // MARK: - The list

    private static let pageLimit = 100

    private func list(_ request: Request) async throws -> Response {
        let parameters = request.parameters
        let page = try ReferencePage(parameters, limit: Self.pageLimit)
        let status = try parameters["status"].flatMap { $0.isEmpty ? nil : $0 }.map(Self.status)
        let terms = ReferenceRecord.terms(parameters["query"] ?? "")
        let found = try await site.queues.run { queue in
            var query = RelocationQuery()
            query.status = status
            return try queue.find(query).relocations.compactMap(ReferenceRecord.init).filter { $0.fits(terms) }
        }
        let (shown, hasMore) = page.cut(found)
        var response = Response.json(.list(shown.map(\.value)))
        response.headers[.link] = page.link(request, hasMore: hasMore)
        return response
    }

    private static func status(_ text: String) throws(Problem) -> RelocationState {
        let state = RelocationState(rawValue: text.uppercased())
        guard RelocationState.known.contains(state) else {
            throw .badRequest("`\(text)` is not a valid relocation status.")
        }
        return state
    }
}

/// Answers in the reference's form: a `detail` alone, and 400 for what the state forbids.
private struct ReferenceAnswers: RouterMiddleware {
    func handle(
        _ request: Request, context: ServerContext, next: (Request, ServerContext) async throws -> Response
    ) async throws -> Response {
        do {
            return try await next(request, context)
        } catch {
            let problem = Problem(error)
            let detail =
                switch problem.status {
                case .unauthorized: "Authentication credentials were not provided."
                case .forbidden: "You do not have permission to perform this action."
                case .notFound: "The requested resource does not exist"
                case .methodNotAllowed: "Method \"\(request.method.rawValue)\" not allowed."
                default: problem.detail
                }
            let status = problem.status == .conflict ? .badRequest : problem.status
            return .json(.object(["detail": .text(detail)]), status: status)
        }
    }
}
