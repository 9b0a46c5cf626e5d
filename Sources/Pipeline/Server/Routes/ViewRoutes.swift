internal import HTTPTypes
internal import Hummingbird
internal import Operations
internal import Queue
internal import Reporting
internal import TaskFormat

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
        view(api, "adapted") { queue, id in
            AdaptedReport(try queue.status(id.text), listed: try queue.listedRows(id.text)).json
        }
        view(api, "dropped") { queue, id in
            DroppedReport(try queue.status(id.text), listed: try queue.listedRows(id.text)).json
        }
        let keyring = site.settings.payloadKeys
        view(api, "plan") { queue, id in try Self.plan(try queue.status(id.text), keyring) }
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

    /// What a worker has planned.
    private static func plan(_ status: RelocationStatus, _ keyring: PayloadKeyring?) throws -> String {
        guard RelocationOptions(json: status.options)?.plans == true else {
            throw Problem(.conflict, "\(status.uuid) is no plan: POST /api/v1/plans makes one.")
        }
        let text: String
        do { text = try PlanText.json(status.plan.text, of: status.uuid, with: keyring) } catch {
            throw Problem(.conflict, "The plan \(status.uuid) cannot be read: \(error.description)")
        }
        guard let plan = JSONValue(json: text) else {
            throw Problem(.conflict, "The plan \(status.uuid) is not made yet: follow its status.")
        }
        return plan.prettyText
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
