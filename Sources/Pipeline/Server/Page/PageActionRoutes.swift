internal import HTTPTypes
internal import Hummingbird
internal import Operations
internal import Page
internal import Queue
internal import Reporting

/// Actions: a page that says what will happen and to how many, then a form that does it.
struct PageActionRoutes {
    let site: Site

    init(_ site: Site) { self.site = site }

    func add(to router: RouterGroup<ServerContext>) {
        router.get("do/:action") { request, context in
            let picture = try await site.view.current()
            let action = try await action(request, context)
            let page = Pages.ask(action.confirmation, context.viewer, now: picture.workforce.now)
            return Response.page(page, context.viewer)
        }
        router.post("do/:action") { request, context in try await act(request, context) }
    }

    /// Does it, unless what the form was shown for has become another: then it asks again.
    private func act(_ request: Request, _ context: ServerContext) async throws -> Response {
        var body = request
        let form = try await Form(&body)
        let (seen, details) = (form["seen"] ?? "", try ChosenDetails(form))
        site.view.forget()
        var action = try await action(request, context)
        guard seen == action.confirmation.seen else {
            action.confirmation.changed = "This has changed since you looked. Nothing was done: look again."
            let now = try await site.view.current().workforce.now
            return .page(Pages.ask(action.confirmation, context.viewer, now: now), context.viewer, status: .conflict)
        }
        let actor = context.actor
        let said = try await site.queues.run { [action] queue in
            try action.act(OperatorActions(queue, by: actor), details)
        }
        let separator = action.confirmation.back.contains("?") ? "&" : "?"
        return .redirect(to: action.confirmation.back + separator + "said=" + said)
    }

    private func action(_ request: Request, _ context: ServerContext) async throws -> PageAction {
        let (name, form) = (context.parameters.get("action") ?? "", request.parameters)
        if let action = RelocationAction(rawValue: name) { return try await relocationAction(action, form) }
        if let action = DestinationAction(rawValue: name), let text = form["destination"] {
            return try PageAction(action, try DestinationName(text))
        }
        if let action = WorkerAction(rawValue: name), let name = form["worker"] {
            let workforce = try await site.view.current().workforce
            guard let worker = workforce.worker(named: name) else { throw Problem.notFound }
            return PageAction(action, worker)
        }
        throw Problem.notFound
    }

    private func relocationAction(_ action: RelocationAction, _ form: Form) async throws -> PageAction {
        let keyring = site.settings.payloadKeys
        if let text = form["uuid"] {
            guard let id = RelocationID(text) else { throw Problem.notFound }
            return try await site.queues.run { queue in
                try PageAction(action, try StatusReport.read(id.text, in: queue), queue, keyring)
            }
        }
        guard form["all"] != nil, RelocationAction.forMany.contains(action) else { throw Problem.notFound }
        let query = ListQuery { form[$0] }
        let picture = try await site.view.current()
        let found = picture.index.matching(query.filter(now: picture.workforce.now))
            .filter { $0.offers.contains(action) }.map(\.report)
        guard !found.isEmpty else {
            throw Problem(.conflict, "No relocation that matches can do this now: others may have been faster.")
        }
        return try await site.queues.run { queue in try PageAction(action, query, found, queue, keyring) }
    }
}
