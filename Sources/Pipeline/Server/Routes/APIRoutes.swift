internal import Hummingbird
internal import Queue
internal import Reporting

/// `/api/v1`: what the command line can do, in the JSON that it prints.
struct APIRoutes {
    let site: Site

    init(_ site: Site) { self.site = site }

    func add(to router: RouterGroup<ServerContext>) {
        let api = router.group("api/v1")
        api.get("workers") { _, _ in
            Response.json(try await site.queues.run { queue in WorkersReport(try queue.workforce()).json })
        }
        api.get("destinations") { _, _ in
            Response.json(try await site.queues.run { queue in DestinationReport.json(try queue.destinations()) })
        }
    }
}
