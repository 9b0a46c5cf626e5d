internal import CommandLine
internal import Hummingbird
internal import Operations
internal import Queue
internal import Reporting
internal import TaskFormat

/// Events of a source installation: the file alone as body, or a form with it and the state of the events' issues.
struct EventRoutes {
    private let site: Site

    static let parameters: Set<String> = [
        "filename", "uuid", "destination", "keepOld", "continueIssues", "dryRun", "check", "chunkSize",
    ]
    static let chunkSizes = 1...ChunkLimits.events.maxRows
    static let (groups, projectMap) = ("groups", "projectMap")

    init(_ site: Site) { self.site = site }

    func add(to api: RouterGroup<ServerContext>) {
        api.post("relocations/:id/events") { request, context in
            try await take(request, context, into: try context.relocation())
        }
        api.post("events") { request, context in try await take(request, context, into: nil) }
    }

    /// - Parameter relocation: the import that has brought the projects; nil if the form maps them
    private func take(
        _ request: Request, _ context: ServerContext, into relocation: RelocationReference?
    ) async throws -> Response {
        let order = try EventOrder(RequestParameters(request, allowing: Self.parameters), relocation, context.actor)
        let fields = FormFields(files: [UploadedForm.fileName, Self.groups], texts: [Self.projectMap])
        let settings = site.settings
        switch try await site.uploads.runFileOrForm(request, fields, { try order.perform($0, settings) }) {
        case .report(let json): return Response.json(json)
        case .queued(let uuid, let isNew): return try await site.created(uuid, isNew: isNew)
        }
    }
}

/// What is to be done with events that are sent.
private struct EventOrder: Sendable {
    private let parameters: RequestParameters
    private let relocation: RelocationReference?
    private let destination: DestinationName
    private let uuid: String
    private let chunkSize: Int
    private let actor: Operator
    private let checks, continues: Bool

    enum Outcome: Sendable { case report(String), queued(String, isNew: Bool) }

    init(_ parameters: RequestParameters, _ relocation: RelocationReference?, _ actor: Operator) throws {
        (self.parameters, self.relocation, self.actor) = (parameters, relocation, actor)
        destination = try parameters.destination()
        uuid = try parameters.relocation("uuid")?.text ?? FurtherJobRoutes.newUUID()
        chunkSize = try parameters.number(
            "chunkSize", in: EventRoutes.chunkSizes, otherwise: EventRoutes.chunkSizes.upperBound)
        (checks, continues) = (try parameters.flag("check"), try parameters.flag("continueIssues"))
        _ = (try parameters.flag("keepOld"), try parameters.flag("dryRun"))
    }

    func perform(_ form: UploadedForm, _ settings: ServerSettings) throws -> Outcome {
        var job = try job(form, settings)
        let sources = try job.open()
        let report = try job.check(sources)
        if checks { return .report(report.json) }
        if continues { job.options.continuedGroupings = report.groupings }
        return .queued(uuid, isNew: try job.queue(sources, report, settings.queue) { false } != nil)
    }

    private func job(_ form: UploadedForm, _ settings: ServerSettings) throws -> EventsJob {
        var options = EventOptions()
        options.keepsOld = try parameters.flag("keepOld")
        options.relocation = try relocation?.resolve(in: RelocationQueue(settings.queue)).text
        options.projects = try projects(form.texts[EventRoutes.projectMap]) ?? options.projects
        var job = EventsJob(uuid: uuid, path: try form.file(UploadedForm.fileName).path, options: options)
        job.groups = form.files[EventRoutes.groups]?.path
        (job.plans, job.destination, job.sourceName) = (
            try parameters.flag("dryRun"), destination, parameters.filename
        )
        (job.actor, job.keyring, job.chunkSize) = (actor, settings.payloadKeys, chunkSize)
        return job
    }

    /// The map of a form; nil where an import maps the projects.
    private func projects(_ text: String?) throws -> [String: Int64]? {
        guard let text else {
            guard relocation != nil else {
                throw Problem.badRequest(
                    "Events need a form with the field projectMap, or go to /api/v1/relocations/ID/events.")
            }
            return nil
        }
        guard relocation == nil else {
            throw Problem.badRequest("The import maps the projects: leave projectMap out, or use /api/v1/events.")
        }
        guard case .object(let members)? = JSONValue(json: text) else { throw Self.badMap }
        return try members.mapValues { value in
            guard let id = value.wholeNumber else { throw Self.badMap }
            return id
        }
    }

    private static let badMap = CommandFailure(
        .badData, "The project map is no JSON object of source ids and destination ids: {\"12\": 3}.")
}
