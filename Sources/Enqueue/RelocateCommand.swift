import ArgumentParser
import Catalogue
import CommandLine
import Cutting
import ExportFormat
import Flow
import Operations
import Queue
import Reporting
import TaskFormat

struct RelocateCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "relocate",
        abstract: "Relocates organizations for an owner: scan, validation, import, membership, notification.",
        discussion: """
            What `organizations --filter-org-slugs` imports, in the steps of Sentry's own relocation: UPLOADING, \
            PREPROCESSING (the scan), VALIDATING (a trial import into a scratch database), IMPORTING, POSTPROCESSING (the \
            owner becomes a member), NOTIFYING (the organizations become visible, people are told), COMPLETED. Organizations \
            stay hidden until NOTIFYING. The destination's tables of relocations show it all.

            The owner is a user of the destination. What the scan refuses is recorded as a failed relocation, and the \
            command exits with 65. pause, unpause, cancel and recover take a step.

            --again UUID makes a new relocation of the same file with the owner, the organizations and the limits of one that \
            has failed; give the file once more.

            --from NAME takes the organizations out of another installation instead of a file: a worker of the destination \
            NAME exports them, sealed for a key that is made for this relocation alone, and users whose names exist already \
            are merged. Both destinations share one Redis. If no export has come within an hour, the relocation fails.
            """)

    @Argument(
        help: "The export, as for organizations; none with --from.",
        transform: PathArgument.parse)
    var source: String?

    @Option(
        name: .customLong("from"),
        help: ArgumentHelp("The destination whose worker exports the organizations.", valueName: "name"))
    var from: String?

    @OptionGroup var options: ImportOptions

    @OptionGroup var wanted: WantedRelocation

    @Option(
        help: ArgumentHelp("Pause when this step begins, such as IMPORTING; unpause goes on.", valueName: "step"),
        transform: parseStep)
    var autopause: RelocationStep?

    @Option(
        help: ArgumentHelp("Relocate again what has failed under this UUID.", valueName: "uuid"),
        transform: RelocationID.parse)
    var again: RelocationID?

    func validate() throws {
        if options.file.atomic || options.check || options.replaceFile {
            throw ValidationError(
                "relocate works in steps: it has no --atomic, no --check and no --replace-file. organizations has them."
            )
        }
        try validateSource()
        if again != nil {
            guard from == nil, !wanted.isGiven else {
                throw ValidationError(
                    "--again takes owner, organizations, limits and --from from the failed relocation.")
            }
            return
        }
        try wanted.requireWhole()
    }

    private func validateSource() throws {
        guard source == nil else {
            if from != nil { throw ValidationError("Name the export or --from, not both.") }
            return
        }
        guard from != nil || again != nil else { throw ValidationError("Name the export, or --from NAME.") }
        if options.file.learn || options.planFile != nil {
            throw ValidationError("--learn and --plan need the export as a file.")
        }
        if try options.file.decryption.opener() != nil {
            throw ValidationError("What --from sends is opened by a key of its own: leave out the private key.")
        }
    }

    private static func parseStep(_ text: String) throws -> RelocationStep {
        guard let step = RelocationStep.named(text), step.isAfter(.uploading) else {
            throw ValidationError(
                "'\(text)' is no step at which a relocation can pause. Steps: PREPROCESSING, VALIDATING, IMPORTING, "
                    + "POSTPROCESSING, NOTIFYING, COMPLETED.")
        }
        return step
    }

    func run() throws {
        var flags = RelocationOptions()
        flags.hideOrganizations = true
        let request = try request()
        flags.relocate = request
        flags.mergeUsers = request.source != nil
        let wanted = Set(request.organizations)
        let command = ImportCommand(
            scope: .organizations, source: source ?? "", arguments: options, flags: flags
        ) {
            .organizationSlugs(wanted)
        }
        guard let name = request.source else {
            guard source != nil else { throw CommandFailure(.usage, "Give the export once more: it came from a file.") }
            return try command.run(autopause: autopause, again: again)
        }
        guard source == nil else {
            throw CommandFailure(.usage, "Leave out the export: it came from the destination \(name).")
        }
        try command.transfer(from: DestinationName(name), autopause: autopause)
    }

    private func request() throws -> RelocateRequest {
        if let again {
            return try RelocationAgain(again, in: RelocationQueue(try options.redis.configuration())).request
        }
        return wanted.request(from: try from.map { try DestinationName($0) })
    }
}
