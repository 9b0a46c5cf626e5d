internal import Catalogue
internal import Foundation
internal import HTTPTypes
internal import Hummingbird
internal import Operations
internal import Queue
internal import Reporting
internal import TaskFormat

/// What else is queued for workers: verifications, relocations that another installation sends.
struct FurtherJobRoutes {
    private let site: Site

    static let verifyParameters: Set<String> = [
        "filename", "repair", "scope", "usernames", "slugs", "destination", "mergeUsers", "overwriteConfigs",
    ]

    init(_ site: Site) { self.site = site }

    func add(to api: RouterGroup<ServerContext>) {
        api.post("relocations/:id/verify") { request, context in try await verify(request, context) }
        api.post("transfers") { request, context in try await transfer(request, context.actor) }
    }

    // MARK: - Verifications

    private func verify(_ request: Request, _ context: ServerContext) async throws -> Response {
        let parameters = try RequestParameters(request, allowing: Self.verifyParameters)
        let (reference, actor, settings) = (try context.relocation(), context.actor, site.settings)
        let described = try Self.described(parameters)
        let repairs = try parameters.flag("repair")
        return try await site.created(
            try await site.uploads.run(request) { path in
                let queue = try RelocationQueue(settings.queue)
                let id = try reference.resolve(in: queue)
                let verified = try Self.ended { try VerifiedImport(id, described, repairs: repairs, in: queue) }
                var job = EnqueueJob(scope: verified.scope, source: path, uuid: Self.newUUID())
                job.sourceName = parameters.filename
                (job.options, job.filter) = (verified.options, described.filter)
                job.destination = verified.destination ?? described.destination ?? .standard
                (job.actor, job.keyring) = (actor, settings.payloadKeys)
                try job.takeKey(settings.opener)
                _ = try job.enqueue(settings.queue) { _, survey in try verified.requireSame(survey) }
                return job.uuid
            })
    }

    /// An import that goes on is no trouble of the server's.
    private static func ended(_ look: () throws -> VerifiedImport) throws -> VerifiedImport {
        do { return try look() } catch let error as OperationError where error.kind == .notYet {
            throw Problem(.conflict, error.message)
        }
    }

    private static func described(_ parameters: RequestParameters) throws -> VerifiedImport.Description {
        var description = VerifiedImport.Description()
        description.scope = try parameters["scope"].map(ListRoute.scope)
        description.filter = try parameters.filter(description.scope)
        description.destination = parameters["destination"] == nil ? nil : try parameters.destination()
        description.mergeUsers = try parameters.flag("mergeUsers")
        description.overwriteConfigs = try parameters.flag("overwriteConfigs")
        return description
    }

    // MARK: - Transfers

    static let transferMembers: Set<String> = ["from", "owner", "slugs", "creator", "atStep", "destination"]

    private func transfer(_ request: Request, _ actor: Operator) async throws -> Response {
        _ = try RequestParameters(request)
        var request = request
        let body = try await ActionBody(&request, allowing: Self.transferMembers)
        guard let from = try body.text("from"), let owner = try body.text("owner"), let slugs = try body.text("slugs")
        else { throw Problem.badRequest("Give from (a destination), owner and slugs.") }
        let steps = try WantedSteps(
            owner: owner, creator: try body.text("creator"), slugs: slugs, pause: try body.text("atStep"),
            limits: (nil, nil))
        let (source, target) = (try Self.name(from), try Self.name(try body.text("destination") ?? "default"))
        let settings = site.settings
        let uuid = try await site.uploads.run {
            var job = EnqueueJob(scope: .organizations, source: "", uuid: Self.newUUID())
            job.destination = target
            try steps.apply(to: &job)
            job.options.relocate?.source = source.text
            job.options.mergeUsers = true
            (job.actor, job.keyring) = (actor, settings.payloadKeys)
            try EnqueueJob.ask(settings.queue)
            _ = try job.queueTransfer(settings.queue, observer: EnqueueJob.Observer())
            return job.uuid
        }
        return try await site.created(uuid)
    }

    private static func name(_ text: String) throws(Problem) -> DestinationName {
        do { return try DestinationName(text) } catch { throw .badRequest(error.description) }
    }

    static func newUUID() -> String { UUID().uuidString.lowercased() }
}

extension RequestParameters {
    /// The name under which a file is shown.
    var filename: String { self["filename"] ?? "upload" }
}
