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

/// Queues a file that is sent as the body, as the import commands do with a file of their machine; or has a worker plan it.
struct UploadRoute {
    private let site: Site

    static let checkParameters = FileReading.parameters.union(["scope", "filename", "usernames", "slugs"])
    static let planParameters = checkParameters.union([
        "destination", "mergeUsers", "overwriteConfigs", "owner", "creator", "maxOrganizations", "maxUsers",
    ])
    static let parameters = planParameters.union([
        "uuid", "atomic", "confirm", "atStep", "again", "plan", "replaceFile",
    ])

    init(_ site: Site) { self.site = site }

    func add(to api: RouterGroup<ServerContext>) {
        api.post("relocations") { request, context in
            let parameters = try RequestParameters(request, allowing: Self.parameters)
            return try await take(request, try UploadOrder(parameters), context.actor)
        }
        api.post("plans") { request, context in
            let parameters = try RequestParameters(request, allowing: Self.planParameters)
            return try await take(request, try UploadOrder(parameters, plans: true), context.actor)
        }
        api.post("check") { request, _ in
            let parameters = try RequestParameters(request, allowing: Self.checkParameters)
            return try await check(request, try UploadOrder(parameters, plans: true))
        }
    }

    /// Answers with the report on a file, of which nothing is queued.
    private func check(_ request: Request, _ order: UploadOrder) async throws -> Response {
        let opener = site.settings.opener
        return Response.json(
            try await site.uploads.run(request) { path in
                var job = try order.job(path)
                try job.takeKey(opener)
                return try job.report().json
            })
    }

    private func take(_ request: Request, _ order: UploadOrder, _ actor: Operator) async throws -> Response {
        let settings = site.settings
        let (uuid, isNew) = try await site.uploads.run(request) { path in
            var job = try order.job(path)
            (job.actor, job.keyring) = (actor, settings.payloadKeys)
            try job.takeKey(settings.opener)
            return (job.uuid, try order.enqueue(job, settings.queue))
        }
        return try await site.created(uuid, isNew: isNew)
    }
}

extension Site {
    /// The answer to a request that has made a relocation.
    func created(_ uuid: String, isNew: Bool = true) async throws -> Response {
        let json = try await queues.run { queue in try StatusReport.read(uuid, in: queue).json }
        var response = Response.json(json, status: isNew ? .created : .ok)
        response.headers[.location] = "/api/v1/relocations/\(uuid)"
        return response
    }
}

/// What is to be done with a file that is sent.
// More than eight properties: one per thing that a request says.
private struct UploadOrder: Sendable {
    private let scope: ImportScope
    private let filename: String
    private let uuid: String
    private let destination: DestinationName
    private let filter: ExportFilter?
    private let flags: RelocationOptions
    private let reading: FileReading
    /// nil for a plain import.
    private let steps: WantedSteps?
    /// The failed relocation that it repeats.
    private let again: RelocationID?
    /// The plan that it holds to.
    private let plan: RelocationID?
    private let replacesFile: Bool
    /// Of one that is repeated.
    private let pause: String?

    /// - Parameter plans: whether a worker only tells what an import would do
    init(_ parameters: RequestParameters, plans: Bool = false) throws {
        guard let scope = try parameters["scope"].map(ListRoute.scope) else {
            throw Problem.badRequest("Name the scope: users, organizations, config or global.")
        }
        let isConfirmed = try parameters.flag("confirm")
        guard scope != .global || isConfirmed || plans else {
            throw Problem.badRequest(
                "A global import deletes the low-volume data of its destination for good: add confirm=true.")
        }
        self.scope = scope
        filename = parameters["filename"] ?? "upload"
        uuid = try Self.uuid(parameters["uuid"])
        destination = try parameters.destination()
        filter = try parameters.filter(scope)
        flags = try Self.flags(parameters, plans)
        reading = try FileReading(parameters)
        steps = try WantedSteps(parameters, scope, flags)
        again = try parameters.relocation("again")
        plan = try parameters.relocation("plan")
        replacesFile = try parameters.flag("replaceFile")
        pause = parameters["atStep"]
        try requireOnePurpose(parameters)
    }

    private func requireOnePurpose(_ parameters: RequestParameters) throws(Problem) {
        if again != nil, scope != .organizations || steps != nil || filter != nil || plan != nil || flags.atomic {
            throw .badRequest(
                "again goes with scope=organizations and takes owner and slugs from the failed relocation.")
        }
        guard replacesFile else { return }
        guard steps == nil, again == nil, parameters["uuid"] != nil else {
            throw .badRequest("replaceFile goes with the uuid of a plain import.")
        }
    }

    func job(_ path: String) throws -> EnqueueJob {
        var job = EnqueueJob(scope: scope, source: path, uuid: uuid)
        job.sourceName = filename
        job.destination = destination
        job.filter = filter
        job.options = flags
        reading.apply(to: &job)
        job.replacesFile = replacesFile
        try steps?.apply(to: &job)
        return job
    }

    /// Returns whether it was not queued before.
    func enqueue(_ job: EnqueueJob, _ configuration: QueueConfiguration) throws -> Bool {
        let (queue, plan) = (try RelocationQueue(configuration), plan)
        let again = try again.map { try RelocationAgain($0, in: queue) }
        let planned = try plan.map { try queue.status($0.text) }
        var job = job
        if let request = again?.request { try job.repeats(request, pausingAt: pause) }
        return try job.enqueue(configuration) { job, survey in
            try again?.requireSame(survey.sha256)
            guard let planned else { return }
            let document = try PlanDocument(planned, survey, keyring: job.keyring)
            try document.requireFit(job, survey)
            job.plan = document
        }
    }

    private static func uuid(_ text: String?) throws(Problem) -> String {
        guard let text else { return UUID().uuidString.lowercased() }
        guard let id = RelocationID(text) else { throw .badRequest("The parameter uuid takes a whole UUID.") }
        return id.text
    }

    private static func flags(_ parameters: RequestParameters, _ plans: Bool) throws(Problem) -> RelocationOptions {
        var flags = RelocationOptions()
        flags.plans = plans
        flags.mergeUsers = try parameters.flag("mergeUsers")
        flags.overwriteConfigs = try parameters.flag("overwriteConfigs")
        flags.atomic = try parameters.flag("atomic")
        return flags
    }
}
