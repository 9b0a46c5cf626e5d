import ArgumentParser
import Catalogue
import CommandLine
import Cutting
import ExportFormat
import Operations
import TaskFormat

/// The export of an import or of its plan.
struct SourceArgument: ParsableArguments {
    @Argument(
        help: "The export: a JSON file, an encrypted tarball, or - for standard input.",
        transform: PathArgument.parse)
    var source: String
}

/// How an export is read.
// More than eight properties: one per option.
struct FileOptions: ParsableArguments {
    @OptionGroup var decryption: DecryptOptions

    @Option(
        name: .customLong("chunk-size"),
        help: ArgumentHelp(
            "Rows per task, 1-\(RelocationOptions.chunkSizeLimits.upperBound).", valueName: "rows"))
    var chunkSize = RelocationOptions.defaultChunkSize

    @Flag(
        help: """
            Take the export as one of Sentry 24.9: refuse a field that this version does not know, adapt nothing, and keep \
            the order of the rows, as Sentry's own import does.
            """)
    var strict = false

    @Option(
        name: .customLong("source-version"),
        help: ArgumentHelp(
            "Version of Sentry that wrote the export, such as 23.11. Without it the fields of the rows tell.",
            valueName: "version"),
        transform: parseVersion)
    var sourceVersion: SentryVersion?

    @Flag(
        help: """
            Queue models that no catalogue knows, too: the worker learns their tables, columns and references from the \
            destination, before it writes anything. plan shows what it will learn; so does relocation-worker check --learn FILE.
            """)
    var learn = false

    @Option(
        name: .customLong("learn-reference"),
        help: ArgumentHelp(
            """
            With --learn: what a field refers to that no constraint tells, as app.model.field=app.model, or =none. May be \
            given several times.
            """,
            valueName: "field=model"))
    var learnReferences: [String] = []

    @Option(
        name: .customLong("destination-version"),
        help: ArgumentHelp(
            """
            Version of Sentry of the destination, if it is newer than 24.9: fields and models that came later are taken, too. \
            relocation-worker check tells it.
            """,
            valueName: "version"),
        transform: parseVersion)
    var destinationVersion: SentryVersion?

    @Flag(help: "Import everything in one transaction, or nothing.")
    var atomic = false

    func validate() throws {
        if strict, sourceVersion != nil {
            throw ValidationError("--source-version tells how to adapt rows, and --strict adapts none: leave one out.")
        }
        if !learnReferences.isEmpty, !learn { throw ValidationError("--learn-reference needs --learn.") }
        _ = try confirmedReferences()
        guard RelocationOptions.chunkSizeLimits.contains(chunkSize) else {
            throw ValidationError("--chunk-size takes 1 to \(RelocationOptions.chunkSizeLimits.upperBound).")
        }
    }

    var versions: VersionPolicy { strict ? .strict : .adapting(from: sourceVersion) }

    /// `model.field` → the model that it refers to.
    private func confirmedReferences() throws -> [String: String] { try LearnReferences.parse(learnReferences) }

    /// A job for an export.
    func job(_ source: String, _ scope: ImportScope, _ uuid: String, _ flags: RelocationOptions) throws -> EnqueueJob {
        var job = EnqueueJob(scope: scope, source: source, uuid: uuid)
        job.opener = try decryption.opener()
        job.options = flags
        job.versions = versions
        job.destinationVersion = destinationVersion ?? .current
        job.learns = learn
        job.learnReferences = try confirmedReferences()
        job.options.atomic = atomic
        job.options.chunkSize = chunkSize
        job.actor = .current()
        return job
    }

    private static func parseVersion(_ text: String) throws -> SentryVersion {
        guard let version = SentryVersion(text) else {
            throw ValidationError("'\(text)' is no version of Sentry. Write it as 23.11 or 23.11.0.")
        }
        return version
    }
}
