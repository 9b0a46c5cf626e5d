import ArgumentParser
import CommandLine
import Operations
import Queue
import Reporting
import TaskFormat

/// `undo`: takes back what a relocation has brought.
// More than eight properties: one per option.
struct UndoCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "undo",
        abstract: "Removes exactly what a relocation has brought, and restores what it has overwritten.",
        discussion: """
            For a relocation that has ended or is paused. A worker of its destination removes the rows that it has inserted, \
            with all that derives from them, in reverse order, and gives rows that it has overwritten their values back, where \
            nobody has changed them since. It goes on after a crash. Rows that were matched or merged stay as they are. \
            Afterwards the UUID is free: the same file, or another, may be enqueued under it.

            It refuses, and changes nothing, if rows of others refer to what would be removed; status lists them. Name the \
            rows that may go too with --cascade, or undo the later import first. --dry-run shows how many rows of each table \
            are removed, restored and kept, and what stands in the way.

            It asks first; without a terminal: --no-prompt. If Redis has forgotten the relocation, it needs the whole UUID, and \
            --destination. Exit code with --wait or --dry-run: 0 undone (or possible), 1 others refer to its rows, or it \
            failed, 65 it cannot be undone (global; or overwritten rows that no ledger remembers), 66 the destination \
            knows no such import.
            """)

    @Argument(
        help: RelocationReference.help, completion: RelocationReference.completion, transform: RelocationReference.parse
    )
    var uuid: RelocationReference

    @Flag(name: .customLong("dry-run"), help: "Only show what would be removed. Waits for it.")
    var dryRun = false

    @Option(
        help: ArgumentHelp("Rows of others that go too: table:id, separated by commas.", valueName: "list"),
        transform: { text in
            guard let rows = UndoRequest.CascadeRow.list(text), rows.count <= UndoRequest.cascadeLimit else {
                throw ValidationError(
                    "--cascade takes table:id,table:id (such as sentry_userip:12), \(UndoRequest.cascadeLimit) at most."
                )
            }
            return rows
        })
    var cascade: [UndoRequest.CascadeRow] = []

    @Flag(name: .customLong("no-prompt"), help: "Never ask for confirmation.")
    var noPrompt = false

    @Flag(help: "Wait until the relocation is undone and show the progress and the result.")
    var wait = false

    @Flag(help: "With --wait or --dry-run: print the status as one JSON object instead.")
    var json = false

    @Flag(help: "Print only the UUID, or the JSON.")
    var silent = false

    @OptionGroup(title: "Queue") var redis: RedisOptions
    @OptionGroup(title: "Queue") var destinationName: DestinationNameOption

    func validate() throws {
        if json, !wait, !dryRun { throw ValidationError("--json needs --wait or --dry-run.") }
    }

    func run() throws {
        let configuration = try redis.configuration()
        let queue = try RelocationQueue(configuration)
        let id = try uuid.resolve(in: queue)
        let actions = OperatorActions(queue, by: .current())
        let status = try actions.undoable(id)
        guard try isConfirmed(id, status) else { return }
        try actions.undo(id, isDryRun: dryRun, cascade: cascade, ofUnknownIn: try destinationName.name())
        let console = Console(isSilent: silent)
        if dryRun { return try showCounts(id, configuration, console) }
        console.say("A worker undoes the relocation.\nFollow with: relocation-enqueue status \(id)")
        if !json { try Console.printUUID(id.text, state: "is about to be undone") }
        guard wait else { return }
        let report = try follow(id, configuration, console)
        if json { Console.print(report.json) } else { console.draw(report.text(color: color) + "\n") }
        try requireUndone(report)
    }

    private var color: Bool { Terminal.standardError.usesColor }

    private func isConfirmed(_ id: RelocationID, _ status: RelocationStatus?) throws -> Bool {
        if dryRun || noPrompt { return true }
        try Confirmation.needTerminal()
        let what = status.map { "\($0.scope), \(PlainText.line($0.sourceName)), \($0.rowsSource) rows" }
        return Confirmation.isGiven(
            "All that the relocation \(id) (\(what ?? "Redis has forgotten it")) has brought is removed from its "
                + "destination; --dry-run shows the counts.", otherwise: "Nothing was changed.")
    }

    private func follow(
        _ id: RelocationID, _ configuration: QueueConfiguration, _ console: Console
    ) throws -> StatusReport {
        var loop = WaitLoop(uuid: id.text, configuration: configuration, console: console)
        return try loop.waitForUndo()
    }

    private func showCounts(_ id: RelocationID, _ configuration: QueueConfiguration, _ console: Console) throws {
        let report = try follow(id, configuration, console)
        if json { Console.print(report.json) } else { Console.print(report.undo?.text ?? "") }
        try requirePossible(report)
    }

    private func requireUndone(_ report: StatusReport) throws {
        try requirePossible(report)
        guard report.status.endedBy != .undo else { return }
        throw CommandFailure(
            .failure, "The relocation \(report.status.uuid) is not undone: \(report.status.failureReason)")
    }

    private func requirePossible(_ report: StatusReport) throws(CommandFailure) {
        guard let cause = report.status.undo.cause else { return }
        let exit: CommandExit =
            switch cause {
            case .references: .failure
            case .impossible: .badData
            case .unknown: .noInput
            }
        throw CommandFailure(exit, "Nothing was changed: \(report.status.undo.refusal).")
    }
}
