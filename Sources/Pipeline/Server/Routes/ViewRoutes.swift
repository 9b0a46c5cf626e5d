internal import Hummingbird
internal import Operations
internal import Queue
internal import Reporting

/// What can be looked at: one relocation, failures by cause, the workers, the destinations.
struct ViewRoutes {
    private let site: Site

    init(_ site: Site) { self.site = site }

    func add(to api: RouterGroup<ServerContext>) {
        view(api, "") { queue, id in try StatusReport.read(id.text, in: queue).json }
        view(api, "history") { queue, id in HistoryReport(try queue.history(id.text)).json }
        view(api, "findings") { queue, id in
            StatusReport(try queue.status(id.text), renamed: nil, earlier: try queue.earlierFailures(id.text))
                .allFindings
        }
        view(api, "adapted") { queue, id in AdaptedReport(try queue.status(id.text)).json }
        view(api, "dropped") { queue, id in
            DroppedReport(try queue.status(id.text), listed: try queue.listedRows(id.text)).json
        }
        api.get("failures") { request, _ in
            _ = try RequestParameters(request)
            return Response.json(try await site.queues.run { queue in try FailuresReport.read(in: queue).json })
        }
        api.get("workers") { request, _ in
            _ = try RequestParameters(request)
            return Response.json(try await site.queues.run { queue in WorkersReport(try queue.workforce()).json })
        }
        api.get("destinations") { request, _ in
            _ = try RequestParameters(request)
            return Response.json(
                try await site.queues.run { queue in DestinationReport.json(try queue.destinations()) })
        }
    }

    /// A view of one relocation, as JSON.
    private func view(
        _ api: RouterGroup<ServerContext>, _ name: String,
        _ read: @Sendable @escaping (RelocationQueue, RelocationID) throws -> String
    ) {
        api.get("relocations/:id/\(name)") { request, context in
            _ = try RequestParameters(request)
            let reference = try context.relocation()
            return Response.json(
                try await site.queues.run { queue in try read(queue, try reference.resolve(in: queue)) })
        }
    }
}
