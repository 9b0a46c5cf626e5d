internal import Catalogue
internal import Cutting
internal import ExportFormat
internal import Foundation
internal import HTTPTypes
internal import Hummingbird
internal import Operations
internal import Queue
internal import Reporting
internal import TaskFormat

/// Queues a file that is sent as the body, as the import commands do with a file of their machine.
struct UploadRoute {
    private let site: Site

    static let parameters: Set<String> = [
        "scope", "filename", "uuid", "destination", "usernames", "slugs", "mergeUsers", "overwriteConfigs", "atomic",
        "strict", "confirm", "owner", "creator", "atStep",
    ]

    init(_ site: Site) { self.site = site }

    func add(to api: RouterGroup<ServerContext>) {
        api.post("relocations") { request, context in try await upload(request, by: context.actor) }
    }

    private func upload(_ request: Request, by actor: Operator) async throws -> Response {
        let order = try UploadOrder(try RequestParameters(request, allowing: Self.parameters))
        let settings = site.settings
        let (uuid, isNew) = try await site.uploads.run(request.body) { path in
            var job = try order.job(path)
            (job.actor, job.keyring) = (actor, settings.payloadKeys)
            try job.takeKey(settings.opener)
            return (job.uuid, try job.enqueue(settings.queue))
        }
        let json = try await site.queues.run { queue in try StatusReport.read(uuid, in: queue).json }
        var response = Response.json(json, status: isNew ? .created : .ok)
        response.headers[.location] = "/api/v1/relocations/\(uuid)"
        return response
    }
}

/// What is to be done with a file that is sent.
private struct UploadOrder: Sendable {
    private let scope: ImportScope
    private let filename: String
    private let uuid: String
    private let destination: DestinationName
    private let filter: ExportFilter?
    private let flags: RelocationOptions
    private let isStrict: Bool
    /// nil for a plain import.
    private let steps: Steps?

    /// What a relocation with steps needs.
    private struct Steps: Sendable {
        let owner: String
        let creator: String?
        let organizations: [String]
        let pause: String?
    }

    init(_ parameters: RequestParameters) throws {
        guard let scope = try parameters["scope"].map(ListRoute.scope) else {
            throw Problem.badRequest("Name the scope: users, organizations, config or global.")
        }
        let isConfirmed = try parameters.flag("confirm")
        guard scope != .global || isConfirmed else {
            throw Problem.badRequest(
                "A global import deletes the low-volume data of its destination for good: add confirm=true.")
        }
        self.scope = scope
        filename = parameters["filename"] ?? "upload"
        uuid = try Self.uuid(parameters["uuid"])
        destination = try Self.destination(parameters["destination"])
        filter = try Self.filter(parameters, scope)
        flags = try Self.flags(parameters)
        isStrict = try parameters.flag("strict")
        steps = try Self.steps(parameters, scope, flags)
    }

    func job(_ path: String) throws -> EnqueueJob {
        var job = EnqueueJob(scope: scope, source: path, uuid: uuid)
        job.sourceName = filename
        job.destination = destination
        job.filter = filter
        job.options = flags
        job.versions = isStrict ? .strict : .adapting(from: nil)
        if let steps {
            let isKnown = job.relocate(
                owner: steps.owner, creator: steps.creator, organizations: steps.organizations, pausingAt: steps.pause)
            guard isKnown else {
                throw Problem.badRequest("atStep takes a step after UPLOADING, such as VALIDATING or IMPORTING.")
            }
        }
        return job
    }

    private static let longestName = 512

    private static func steps(
        _ parameters: RequestParameters, _ scope: ImportScope, _ flags: RelocationOptions
    ) throws(Problem) -> Steps? {
        guard let owner = parameters["owner"] else {
            guard parameters["creator"] == nil, parameters["atStep"] == nil else {
                throw .badRequest("creator and atStep go with owner.")
            }
            return nil
        }
        guard scope == .organizations, let slugs = parameters["slugs"], !flags.atomic else {
            throw .badRequest("owner goes with scope=organizations and slugs, and without atomic.")
        }
        let creator = parameters["creator"]
        guard !owner.isEmpty, [owner, creator ?? ""].allSatisfy({ $0.utf8.count <= longestName }) else {
            throw .badRequest("A user name has 1 to 128 characters.")
        }
        let organizations = slugs.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
        return Steps(owner: owner, creator: creator, organizations: organizations, pause: parameters["atStep"])
    }

    private static func uuid(_ text: String?) throws(Problem) -> String {
        guard let text else { return UUID().uuidString.lowercased() }
        guard let id = RelocationID(text) else { throw .badRequest("The parameter uuid takes a whole UUID.") }
        return id.text
    }

    private static func destination(_ text: String?) throws(Problem) -> DestinationName {
        guard let text else { return .standard }
        do { return try DestinationName(text) } catch { throw .badRequest(error.description) }
    }

    private static func filter(_ parameters: RequestParameters, _ scope: ImportScope) throws -> ExportFilter? {
        if let names = parameters["usernames"] {
            guard scope == .users else { throw Problem.badRequest("usernames goes with scope=users.") }
            return try ExportFilter.usernames(parsing: names)
        }
        guard let slugs = parameters["slugs"] else { return nil }
        guard scope == .organizations else { throw Problem.badRequest("slugs goes with scope=organizations.") }
        return try ExportFilter.organizationSlugs(parsing: slugs)
    }

    private static func flags(_ parameters: RequestParameters) throws(Problem) -> RelocationOptions {
        var flags = RelocationOptions()
        flags.mergeUsers = try parameters.flag("mergeUsers")
        flags.overwriteConfigs = try parameters.flag("overwriteConfigs")
        flags.atomic = try parameters.flag("atomic")
        return flags
    }
}
