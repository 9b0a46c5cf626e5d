import ArgumentParser
import Catalogue
import CommandLine
import Reporting
import Cutting
import ExportFormat
import Operations
import TaskFormat

internal import Foundation

/// Arguments and options of every import command.
// More than eight properties: one per option.
struct ImportOptions: ParsableArguments {
    @Argument(
        help: "The export: a JSON file, an encrypted tarball, or - for standard input.",
        transform: PathArgument.parse)
    var source: String

    @OptionGroup var decryption: DecryptOptions

    @Option(
        name: .customLong("findings-file"),
        help: ArgumentHelp(
            "File to write the findings to, as JSON. It is written in every outcome.", valueName: "file"),
        transform: PathArgument.parse)
    var findingsFile: String?

    @Option(
        name: .customLong("import-uuid"),
        help: ArgumentHelp(
            "UUID of the import, in any spelling. The same file under the same UUID is imported once.",
            valueName: "uuid"),
        transform: RelocationID.parse)
    var importUUID: RelocationID?

    @Flag(
        name: .customLong("replace-file"),
        help: """
            With --import-uuid of a relocation that has failed or is paused: go on with this file instead of its own. Rows \
            that are written must be the same in both; all others may be corrected, added or removed behind them. Rows that \
            were skipped are tried again. Other flags stay as they were.
            """)
    var replaceFile = false

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

    @Flag(help: "Import everything in one transaction, or nothing.")
    var atomic = false

    @Flag(
        help: """
            Only check the export and report what it contains: models and rows, every fault, the version of Sentry, \
            warnings. Needs no Redis.
            """)
    var check = false

    @Flag(help: "With --check: print the report as one JSON object.")
    var json = false

    @Flag(help: "Wait until the relocation has ended and show its progress. Exits with 1 if it failed.")
    var wait = false

    @Flag(name: .customLong("no-prompt"), help: "Never ask for confirmation.")
    var noPrompt = false

    @Flag(help: "Print only the UUID.")
    var silent = false

    @OptionGroup(title: "Queue") var redis: RedisOptions
    @OptionGroup(title: "Queue") var destinationName: DestinationNameOption
    @OptionGroup(title: "Queue") var payloadKeys: PayloadKeyOptions

    func validate() throws {
        if strict, sourceVersion != nil {
            throw ValidationError("--source-version tells how to adapt rows, and --strict adapts none: leave one out.")
        }
        if json, !check { throw ValidationError("--json needs --check. status UUID --json follows a relocation.") }
        if replaceFile, importUUID == nil || check {
            throw ValidationError(
                "--replace-file needs the --import-uuid of the relocation that goes on with the file, and no --check.")
        }
        guard RelocationOptions.chunkSizeLimits.contains(chunkSize) else {
            throw ValidationError("--chunk-size takes 1 to \(RelocationOptions.chunkSizeLimits.upperBound).")
        }
    }

    private static func parseVersion(_ text: String) throws -> SentryVersion {
        guard let version = SentryVersion(text) else {
            throw ValidationError("'\(text)' is no version of Sentry. Write it as 23.11 or 23.11.0.")
        }
        return version
    }

    var versions: VersionPolicy { strict ? .strict : .adapting(from: sourceVersion) }

    /// Dashed, lower case; a new one if none was given.
    var uuid: String { importUUID?.text ?? UUID().uuidString.lowercased() }
}
