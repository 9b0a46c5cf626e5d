internal import Hummingbird

/// All routes of the server, and what they share.
struct Site: Sendable {
    let settings: ServerSettings
    let queues: QueuePool
    let view: RelocationView
    let readiness: ReadinessLane

    init(_ settings: ServerSettings) {
        self.settings = settings
        queues = QueuePool(settings.queue)
        view = RelocationView(settings.queue)
        readiness = ReadinessLane(settings.readiness)
    }

    /// `open` routes answer everybody, `closed` ones those who show a token.
    func router() -> Router<ServerContext> {
        let open = Router(context: ServerContext.self)
        open.addMiddleware { AnswerMiddleware() }
        let closed = open.group().addMiddleware { AccessMiddleware(settings.tokens) }
        HealthRoutes(self).add(to: open)
        SignInRoutes(self).add(to: open)
        APIRoutes(self).add(to: closed)
        PageRoutes(self).add(to: closed)
        ActionRoutes(self).add(to: closed)
        return open
    }
}
