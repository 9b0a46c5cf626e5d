internal import ExportFormat
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
        let answers = router.group("api/0").addMiddleware { ReferenceAnswers() }
        let api = answers.group("relocations").addMiddleware {
            AccessMiddleware(site.settings.tokens)
            ChangeMiddleware(view: site.view)
        }
        let asking = answers.group("relocations").addMiddleware {
            AccessMiddleware(site.settings.tokens, letsReadersAsk: true)
            ChangeMiddleware(view: site.view)
        }
        let keys = answers.group("publickeys/relocations").addMiddleware { AccessMiddleware(site.settings.tokens) }
        addViews(to: api)
        put(api, "pause") { actions, id, body in _ = try actions.pause(id, atStep: try body.text("atStep")) }
        put(api, "unpause") { actions, id, body in try actions.unpause(id, untilStep: try body.text("untilStep")) }
        put(api, "cancel") { actions, id, body in _ = try actions.cancel(id, atStep: try body.text("atStep")) }
        put(api, "abort") { actions, id, _ in try actions.abort(id) }
        put(api, "recover") { actions, id, body in try actions.recover(id, untilStep: try body.text("untilStep")) }
        addCreation(to: asking)
        keys.get { _, context in try await publicKey(context) }
        refuseOtherMethods(answers)
    }

    private func addViews(to api: RouterGroup<ServerContext>) {
        api.get { request, _ in try await list(request) }
        api.get(":id") { _, context in
            try await shown(try Self.id(context))
        }
        api.get(":id/artifacts") { _, context in
            let artifacts = ReferenceArtifacts(settings: site.settings)
            let id = try await artifact(context)
            return Response.json(try await site.queues.run { _ in artifacts.list(id) })
        }
        api.get(":id/artifacts/:kind/:name") { _, context in
            let artifacts = ReferenceArtifacts(settings: site.settings)
            let (kind, name) = (context.parameters.get("kind") ?? "", context.parameters.get("name") ?? "")
            let id = try await artifact(context)
            return Response.json(try await site.uploads.run { try artifacts.contents(id, kind, name) })
        }
    }

    /// The relocation whose artifacts are asked for. Operators only: one may show all that is in an export.
    private func artifact(_ context: ServerContext) async throws -> RelocationID {
        guard context.caller?.role == .operator else { throw Problem.readOnly }
        let id = try Self.id(context)
        try await site.queues.run { queue in _ = try ReferenceRecord(id, in: queue) }
        return id
    }

    private func addCreation(to api: RouterGroup<ServerContext>) {
        api.post { request, context in
            let creation = creation(context)
            return try await created(try await site.uploads.runForm(request) { try creation.create($0) })
        }
        api.post(":id/retry") { _, context in
            let (creation, id) = (creation(context), try Self.id(context))
            return try await created(try await site.uploads.run { try creation.again(id) })
        }
    }

    private func creation(_ context: ServerContext) -> ReferenceCreation {
        ReferenceCreation(
            settings: site.settings, actor: context.actor, isOperator: context.caller?.role == .operator)
    }

    private func created(_ id: RelocationID) async throws -> Response {
        var response = try await shown(id)
        response.status = .created
        return response
    }

    private func shown(_ id: RelocationID) async throws -> Response {
        let record = try await site.queues.run { queue in try ReferenceRecord(id, in: queue) }
        return Response.json(await told([record]).first?.value ?? .null)
    }

    /// With what the destination knows.
    private func told(_ records: [ReferenceRecord]) async -> [ReferenceRecord] {
        let destination = site.settings.destination
        let questions = records.compactMap { $0.question(to: site.settings.destinationName) }
        // What nobody can be asked for is null; /readyz says why.
        guard !questions.isEmpty, let known = try? await site.destination.run({ try destination.records(questions) })
        else { return records }
        return records.map { record in
            var record = record
            record.known = known[record.uuid]
            return record
        }
    }

    /// Readers get it if the destination has relocations turned on.
    private func publicKey(_ context: ServerContext) async throws -> Response {
        let settings = site.settings
        let isOperator = context.caller?.role == .operator
        return Response.json(
            try await site.destination.run {
                guard try isOperator || settings.destination.isOn("relocation.enabled") else {
                    throw ReferenceRefusal.keyDisabled
                }
                guard case .privateKey(let pem)? = settings.opener else { throw Problem.notFound }
                return .object(["public_key": .text(String(decoding: try KeyPair.publicPEM(of: pem), as: UTF8.self))])
            })
    }

    private func put(
        _ api: RouterGroup<ServerContext>, _ verb: String,
        _ act: @Sendable @escaping (OperatorActions, RelocationID, ActionBody) throws -> Void
    ) {
        api.put(":id/\(verb)") { request, context in
            var request = request
            let (id, actor) = (try Self.id(context), context.actor)
            let body = try await ActionBody(&request, allowing: nil)
            try await site.queues.run { queue in
                // A plain import has no steps: it is none of those that this API knows.
                _ = try ReferenceRecord(id, in: queue)
                try act(OperatorActions(queue, by: actor), id, body)
            }
            return try await shown(id)
        }
    }

    private func refuseOtherMethods(_ answers: RouterGroup<ServerContext>) {
        let methods: [HTTPRequest.Method] = [.get, .post, .put, .delete, .patch]
        for (path, known) in Self.methods {
            for other in methods where !known.contains(other) {
                answers.on(RouterPath(path), method: other) { _, _ -> Response in
                    throw Problem.wrongMethod(known.map(\.rawValue).joined(separator: ", "))
                }
            }
        }
    }

    private static let methods: [(String, [HTTPRequest.Method])] =
        [
            ("relocations", [.get, .post]), ("relocations/:id", [.get]), ("relocations/:id/retry", [.post]),
            ("relocations/:id/artifacts", [.get]), ("relocations/:id/artifacts/:kind/:name", [.get]),
            ("publickeys/relocations", [.get]),
        ] + ["pause", "unpause", "cancel", "abort", "recover"].map { ("relocations/:id/\($0)", [.put]) }

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
        let all = try await site.queues.run { queue in
            var query = RelocationQuery()
            query.status = status
            return try queue.find(query).relocations.compactMap { ReferenceRecord($0) }
        }
        let (shown, hasMore) = page.cut(await fitting(terms, all))
        var response = Response.json(.list(await told(shown).map(\.value)))
        response.headers[.link] = page.link(request, hasMore: hasMore)
        return response
    }

    private func fitting(_ terms: [String], _ records: [ReferenceRecord]) async -> [ReferenceRecord] {
        guard !terms.isEmpty else { return records }
        let destination = site.settings.destination
        let others = records.filter { !$0.fits(terms) }.map(\.uuid)
        // Without the destination the other texts are searched.
        let names = others.isEmpty ? [:] : try? await site.destination.run { try destination.usernames(others) }
        return records.filter { $0.fits(terms, usernames: names?[$0.uuid] ?? "") }
    }

    private static func status(_ text: String) throws(Problem) -> RelocationState {
        let state = RelocationState(rawValue: text.uppercased())
        guard RelocationState.known.contains(state) else {
            throw .badRequest("`\(text)` is not a valid relocation status.")
        }
        return state
    }
}
