// Events, and the tools for files.
extension OpenAPIDocument {
    /// How a file is read.
    static let reading: [OpenAPIOperation.Parameter] = [
        .query("scope", OpenAPISchema.scope, isRequired: true), .query("filename", .text),
        .query("usernames", .text), .query("slugs", .text), .query("strict", .flag),
        .query("chunkSize", .number(FileReading.chunkSizes)), .query("sourceVersion", version),
        .query("destinationVersion", version), .query("learn", .flag), .query("learnReferences", .text),
    ]

    private static let version = OpenAPISchema.pattern("^(9|1[0-9]|2[0-9])\\.([1-9]|1[0-2])$")

    private static let events: [OpenAPIOperation.Parameter] = [
        .query("filename", .text), .query("uuid", uuid), .query("destination", name), .query("keepOld", .flag),
        .query("continueIssues", .flag), .query("dryRun", .flag), .query("check", .flag),
        .query("chunkSize", .number(EventRoutes.chunkSizes)),
    ]

    static let eventsOfRelocation: OpenAPIOperation = {
        var operation = ofRelocation("events", "Queues events for its projects; check only reports on them.", events)
        operation.body = .fileOrForm(optional: [EventRoutes.groups])
        operation.answer = .object()
        return operation
    }()

    static let mappedEvents: OpenAPIOperation = {
        var operation = file("mappedEvents", "The same for the projects of a map of source ids to ids.", events)
        operation.body = .form(
            files: [UploadedForm.fileName], texts: [EventRoutes.projectMap], optional: [EventRoutes.groups])
        operation.answer = .object()
        operation.statuses.insert(415)
        return operation
    }()

    static let dsn: OpenAPIOperation = {
        var operation = OpenAPIOperation.view(
            "dsn", "The new DSN of every project key that a relocation has brought.", .list(.object()))
        operation.parameters += [
            .query("fromUrl", .pattern("^https?://[a-z0-9.-]{1,60}$"), isRequired: true),
            .query("format", .word(DSNAnswer.formats)),
        ]
        operation.types = ["application/json", "text/plain"]
        operation.statuses.formUnion([403, 422])
        return operation
    }()

    // MARK: - Tools for files

    static let check = tool(
        "check", "What a file holds, and all its faults. Nothing is queued.", reading, .file)

    static let compare = tool(
        "compare", "What differs between two exports.", [.query("fast", .flag)],
        .form(files: [FileToolRoutes.left, FileToolRoutes.right], texts: []))

    static let sanitize: OpenAPIOperation = {
        var sanitize = tool(
            "sanitize", "The export without names, addresses and secrets.",
            [
                .query("daysOffset", .whole), .query("seed", .whole), .query("keepUnknown", .flag),
                .query("thorough", .flag),
            ], .file)
        sanitize.answer = .list(.object())
        return sanitize
    }()

    static let encrypt: OpenAPIOperation = {
        var encrypt = tool(
            "encrypt", "The export as an encrypted tarball, for whoever has the private key.", [],
            .form(files: [UploadedForm.fileName], texts: [FileToolRoutes.key]))
        encrypt.types = ["application/x-tar"]
        encrypt.answer = .bytes
        return encrypt
    }()

    /// Answers with what it makes of files.
    private static func tool(
        _ name: String, _ summary: String, _ parameters: [OpenAPIOperation.Parameter], _ body: OpenAPIOperation.Body
    ) -> OpenAPIOperation {
        var tool = OpenAPIOperation(name, summary, .object())
        tool.parameters = parameters
        tool.body = body
        tool.statuses.formUnion([403, 408, 409, 413, 415, 422, 507])
        return tool
    }
}
