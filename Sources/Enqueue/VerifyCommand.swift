import ArgumentParser
import Catalogue
import CommandLine
import Cutting
import ExportFormat
import Operations
import Queue
import Reporting
import TaskFormat
import Traces

internal import Foundation

/// `verify`: whether what an import has written is what its file says.
// More than eight properties: one per option.
struct VerifyCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "verify", abstract: "Holds the rows of an import's file against the destination.",
        discussion: """
            A worker of the destination compares each row of the file with the row that the import has written, with the \
            rules of compare, at one moment, and writes nothing. It finds rows that are equal, changed by a rule (which), \
            matched (the import took a row that was there before), dropped (why), missing, or different although no rule \
            changes them. Exit code with --wait: 0 if none is missing or different, else 1.

            It needs the same file. What Redis has forgotten of the import, the command line must say: --scope, the filter and \
            the flags. --repair then writes exactly the rows that are missing, under the ids that they had, and looks again. \
            Rows that were changed in the destination stay as they are.

            What cannot be written (another row has its name or key by now) stays missing, and its finding says why; \
            everything else is written.

            The UUID of the verification is printed. status, findings and dropped tell what it has found.

            Exit codes besides these: 65 another file, filter or flags than the import's, 66 no such file or import, 75 the \
            import has not ended.
            """)

    @Argument(
        help: "UUID of the import, or its first digits if Redis knows it.", completion: RelocationReference.completion,
        transform: RelocationReference.parse)
    var uuid: RelocationReference

    @Argument(
        help: "The import's file: a JSON file, an encrypted tarball, or - for standard input.",
        transform: PathArgument.parse)
    var source: String

    @OptionGroup var decryption: DecryptOptions

    @Flag(help: "Write the rows that are missing.")
    var repair = false

    @OptionGroup(title: "The import, if Redis has forgotten it") var described: DescribedImportOptions

    @Option(
        name: .customLong("findings-file"),
        help: ArgumentHelp("With --wait: file to write the findings to, as JSON.", valueName: "file"),
        transform: PathArgument.parse)
    var findingsFile: String?

    @Flag(help: "Wait until the verification has ended and show its progress and result.")
    var wait = false

    @Flag(help: "Print only the UUID.")
    var silent = false

    @OptionGroup(title: "Queue") var redis: RedisOptions
    @OptionGroup(title: "Queue") var destinationName: DestinationNameOption
    @OptionGroup(title: "Queue") var payloadKeys: PayloadKeyOptions
    @OptionGroup(title: "Traces") var traces: TraceOptions

    func validate() throws {
        if findingsFile != nil, !wait { throw ValidationError("--findings-file needs --wait.") }
    }

    func run() throws { try VerifyRun(arguments: self).run() }
}

/// What an operator says of an import.
struct DescribedImportOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp("users, organizations, config or global.", valueName: "scope"),
        transform: { text in
            guard let scope = ImportScope(rawValue: text) else {
                throw ValidationError("--scope takes users, organizations, config or global.")
            }
            return scope
        })
    var scope: ImportScope?

    @OptionGroup var users: UserFilterOptions

    @Option(
        name: .customLong("filter-org-slugs"),
        help: ArgumentHelp("The organizations of its filter: slugs separated by commas.", valueName: "slugs"))
    var slugs: String?

    @Flag(name: .customLong("merge-users"), help: "It merged users.")
    var mergeUsers = false

    @Flag(name: .customLong("overwrite-configs"), help: "It overwrote settings.")
    var overwriteConfigs = false

    func description() throws -> VerifiedImport.Description {
        var description = VerifiedImport.Description()
        description.scope = scope
        description.filter =
            try slugs.map { text throws(ExportError) in try ExportFilter.organizationSlugs(parsing: text) }
            ?? users.filter()
        description.mergeUsers = mergeUsers
        description.overwriteConfigs = overwriteConfigs
        return description
    }
}

/// What `verify` does with its arguments.
struct VerifyRun {
    let arguments: VerifyCommand

    func run() throws {
        let console = Console(isSilent: arguments.silent)
        let findings = try arguments.findingsFile.map { path throws(CommandFailure) in try FindingsFile(path) }
        do {
            try arguments.traces.during(console) { try run(console, findings) }
        } catch let error as TaskFormatError {
            throw CommandFailure(error)
        } catch let error as ExportError {
            throw CommandFailure(error)
        }
    }

    private func run(_ console: Console, _ findings: FindingsFile?) throws {
        try StandardStreams.requireOutput()
        let configuration = try arguments.redis.configuration()
        let queue = try RelocationQueue(configuration)
        var described = try arguments.described.description()
        described.destination = try arguments.destinationName.given()
        let verified = try VerifiedImport(
            try arguments.uuid.resolve(in: queue), described, repairs: arguments.repair, in: queue)
        let job = try job(verified, described.filter)
        try Traces.span(.enqueue) {
            let source = try job.open()
            let progress = ReadingProgress(source, filtered: job.filter != nil, console)
            let survey = try progress.during { report throws(ExportError) in try job.check(source, onProgress: report) }
            try verified.requireSame(survey)
            _ = try job.queue(source, survey, configuration, observer: .onTerminal(console))
        }
        console.say(
            "A worker of \(job.destination.text) verifies the import \(verified.id.text).\n"
                + "Follow with: relocation-enqueue status \(job.uuid)")
        try Console.printUUID(job.uuid, state: "is queued")
        guard arguments.wait else { return }
        var loop = WaitLoop(uuid: job.uuid, configuration: configuration, console: console)
        try loop.run(findings)
    }

    private func job(_ verified: VerifiedImport, _ filter: ExportFilter?) throws -> EnqueueJob {
        var job = EnqueueJob(
            scope: verified.scope, source: arguments.source, uuid: UUID().uuidString.lowercased())
        job.opener = try arguments.decryption.opener()
        job.filter = filter
        job.options = verified.options
        job.destination = try verified.destination ?? arguments.destinationName.name()
        job.keyring = try arguments.payloadKeys.keyring()
        job.actor = .current()
        return job
    }
}
