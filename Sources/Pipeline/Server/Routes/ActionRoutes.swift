internal import Hummingbird
internal import HTTPTypes
internal import Operations
internal import Queue
internal import Reporting
internal import TaskFormat

/// What an operator does with relocations, workers and destinations. The answer is the status afterwards.
struct ActionRoutes {
    private let site: Site

    init(_ site: Site) { self.site = site }

    /// Whether the answer tells of something done, or of something that a worker will do.
    fileprivate enum Effect { case done, requested }

    func add(to api: RouterGroup<ServerContext>) {
        addRetries(to: api)
        act(api, "pause", ["atStep"]) { actions, id, body in
            Effect(try actions.pause(id, atStep: try body.text("atStep")))
        }
        act(api, "unpause", ["untilStep"]) { actions, id, body in
            try actions.unpause(id, untilStep: try body.text("untilStep"))
            return .done
        }
        act(api, "cancel", ["atStep"]) { actions, id, body in
            Effect(try actions.cancel(id, atStep: try body.text("atStep")))
        }
        act(api, "abort") { actions, id, _ in
            try actions.abort(id)
            return .done
        }
        act(api, "recover", ["untilStep"]) { actions, id, body in
            try actions.recover(id, untilStep: try body.text("untilStep"))
            return .done
        }
        act(api, "undo", ["dryRun", "cascade", "destination"], perform: Self.undo)
        act(api, "", method: .delete) { actions, id, _ in
            try actions.delete(id)
            return .done
        }
        addWorkersAndDestinations(to: api)
    }

    private func addRetries(to api: RouterGroup<ServerContext>) {
        let keyring = site.settings.payloadKeys
        act(api, "retry", ["skip", "acceptLoss"]) { actions, id, body in
            if let extent = try Self.extent(body) { try Self.skip(actions, id, extent, body, keyring) }
            try actions.retry(id)
            return .done
        }
        api.post("retry") { request, context in
            _ = try RequestParameters(request)
            var request = request
            guard try await ActionBody(&request, allowing: ["all"]).flag("all") else {
                throw Problem.badRequest("This lets every failed relocation continue: send {\"all\": true} to confirm.")
            }
            let actor = context.actor
            let uuids = try await site.queues.run { queue in
                let actions = OperatorActions(queue, by: actor)
                return try actions.retry(try actions.retryable())
            }
            return Response.json(.object(["retried": .list(uuids.map(JSONValue.text))]))
        }
    }

    private static func extent(_ body: ActionBody) throws(Problem) -> SkipExtent? {
        switch try body.text("skip") {
        case nil: return nil
        case "row"?: return .row
        case "chunk"?: return .chunk
        default: throw .badRequest("skip takes row or chunk.")
        }
    }

    /// Leaves out what has failed, if the request says that it may be lost.
    private static func skip(
        _ actions: OperatorActions, _ id: RelocationID, _ extent: SkipExtent, _ body: ActionBody,
        _ keyring: PayloadKeyring?
    ) throws {
        let planned = try actions.planSkip(id, extent, keyring: keyring)
        guard try body.flag("acceptLoss") else {
            throw Problem(.conflict, "\(planned.text) Nothing was changed: send acceptLoss: true to confirm.")
        }
        _ = try actions.skip(id, planned)
    }

    private static func undo(_ actions: OperatorActions, _ id: RelocationID, _ body: ActionBody) throws -> Effect {
        guard let cascade = UndoRequest.CascadeRow.list(upToLimit: try body.text("cascade")) else {
            throw Problem.badRequest(
                "cascade takes table:id,table:id (such as sentry_userip:12), \(UndoRequest.cascadeLimit) at most.")
        }
        let name = try body.text("destination").map { try DestinationName($0) }
        _ = try actions.undoable(id)
        try actions.undo(id, isDryRun: try body.flag("dryRun"), cascade: cascade, ofUnknownIn: name ?? .standard)
        return .requested
    }

    private func addWorkersAndDestinations(to api: RouterGroup<ServerContext>) {
        for (word, isQuiet) in [("quiet", true), ("resume", false)] {
            api.post("workers/:name/\(word)") { request, context in
                _ = try RequestParameters(request)
                let (name, actor) = (context.parameters.get("name") ?? "", context.actor)
                try await site.queues.run { queue in try OperatorActions(queue, by: actor).quiet(name, isQuiet) }
                return Response.json(
                    .object(["worker": .text(name), "quiet": .flag(isQuiet)]), status: .accepted)
            }
        }
        for (word, isHeld) in [("pause", true), ("unpause", false)] {
            api.post("destinations/:name/\(word)") { request, context in
                _ = try RequestParameters(request)
                let (name, actor) = (try context.destination(), context.actor)
                let isNew = try await site.queues.run { queue in
                    let actions = OperatorActions(queue, by: actor)
                    return isHeld ? try actions.hold(name) : try actions.letGo(name)
                }
                return Response.json(
                    .object(["destination": .text(name.text), "held": .flag(isHeld), "changed": .flag(isNew)]))
            }
        }
    }

    /// An action on one relocation, with the members that its body may have.
    private func act(
        _ api: RouterGroup<ServerContext>, _ name: String, _ members: Set<String> = [],
        method: HTTPRequest.Method = .post,
        perform: @Sendable @escaping (OperatorActions, RelocationID, ActionBody) throws -> Effect
    ) {
        api.on("relocations/:id/\(name)", method: method) { request, context in
            _ = try RequestParameters(request)
            var request = request
            let (reference, actor) = (try context.relocation(), context.actor)
            let body = try await ActionBody(&request, allowing: members)
            let (json, effect) = try await site.queues.run { queue in
                let id = try reference.resolve(in: queue)
                let effect = try perform(OperatorActions(queue, by: actor), id, body)
                return (try StatusReport.read(id.text, in: queue).json, effect)
            }
            return Response.json(json, status: effect == .done ? .ok : .accepted)
        }
    }
}

extension ActionRoutes.Effect {
    fileprivate init(_ outcome: OperatorOutcome) {
        switch outcome {
        case .done, .unchanged: self = .done
        case .requested: self = .requested
        }
    }
}

extension UndoRequest.CascadeRow {
    /// None for no text; nil for one that is no list, or too long a list.
    fileprivate static func list(upToLimit text: String?) -> [UndoRequest.CascadeRow]? {
        guard let text else { return [] }
        return list(text).flatMap { $0.count <= UndoRequest.cascadeLimit ? $0 : nil }
    }
}
