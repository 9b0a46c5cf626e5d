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
    @OptionGroup var file: FileOptions

    @Option(
        name: .customLong("findings-file"),
        help: ArgumentHelp(
            "File to write the findings to, as JSON, in every outcome. With --wait the rows that got another name follow.",
            valueName: "file"),
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
        name: .customLong("plan"),
        help: ArgumentHelp(
            """
            File that `plan --out` has written: import only if what becomes of each row is still as planned. Otherwise \
            nothing is written, the differences are shown, and the exit code is 65. Waits until that is known.
            """, valueName: "file"))
    var planFile: String?

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
    @OptionGroup(title: "Traces") var traces: TraceOptions

    func validate() throws {
        if json, !check { throw ValidationError("--json needs --check. status UUID --json follows a relocation.") }
        if replaceFile, importUUID == nil || check {
            throw ValidationError(
                "--replace-file needs the --import-uuid of the relocation that goes on with the file, and no --check.")
        }
        if check, planFile != nil { throw ValidationError("--plan is for an import, and --check imports nothing.") }
    }

    /// Dashed, lower case; a new one if none was given.
    var uuid: String { importUUID?.text ?? UUID().uuidString.lowercased() }
}
