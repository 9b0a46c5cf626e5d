internal import Hummingbird

/// All routes of the server, and what they share.
struct Site: Sendable {
    let settings: ServerSettings
    let queues: QueuePool
    let uploads = UploadLanes()
    let view: RelocationView
    let readiness: ReadinessLane
    let destination = DestinationLane()

    init(_ settings: ServerSettings) {
        self.settings = settings
        queues = QueuePool(settings.queue)
        view = RelocationView(settings.queue)
        readiness = ReadinessLane(settings)
    }

    /// `open` routes answer everybody, `closed` ones those who show a token.
    func router() -> Router<ServerContext> {
        let open = Router(context: ServerContext.self, options: .autoGenerateHeadEndpoints)
        open.addMiddleware { AnswerMiddleware(settings.tokens) }
        let closed = open.group().addMiddleware {
            AccessMiddleware(settings.tokens)
            ChangeMiddleware(view: view)
        }
        HealthRoutes(self).add(to: open)
        SignInRoutes(self).add(to: open)
        MetricsRoute(self).add(to: closed)
        APIRoutes(self).add(to: closed)
        ReferenceRoutes(self).add(to: open)
        PageRoutes(self).add(to: closed)
        PageActionRoutes(self).add(to: closed)
        return open
    }
}
