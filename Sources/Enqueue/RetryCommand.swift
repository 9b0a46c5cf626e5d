import ArgumentParser
import CommandLine
import Glibc
import Operations
import Queue
import Reporting

struct RetryCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "retry", abstract: "Lets a failed relocation continue at the task that failed.",
        discussion: """
            Rows that were imported are recognised and not imported again. Without a UUID, it lists every relocation that \
            failed by itself and asks before it retries them; without a terminal: --no-prompt. Those that an operator \
            cancelled or aborted are retried by their UUID only.

            If one row cannot be imported, --skip-row leaves out exactly that row for good. --skip-chunk does so with \
            all rows of the failed chunk. Both first say how many rows are lost with it because they refer to it, and \
            ask. The rows count as dropped (skippedByOperator), and the record says who skipped them and when. Sealed \
            tasks are looked into with their key (--payload-key-file).

            Workers of a version without --skip-row leave the relocation alone afterwards.
            """)

    @Argument(
        help: "UUID of the relocation, or its first digits; every failed one if left out.",
        completion: RelocationReference.completion, transform: RelocationReference.parse)
    var uuid: RelocationReference?

    @Flag(name: .customLong("skip-row"), help: "Leave out the row that failed. Asks first.")
    var skipRow = false

    @Flag(name: .customLong("skip-chunk"), help: "Leave out the chunk that failed. Asks first.")
    var skipChunk = false

    @Flag(name: .customLong("accept-loss"), help: "Confirm that the skipped rows are not imported: do not ask.")
    var acceptLoss = false

    @Flag(name: .customLong("no-prompt"), help: "Never ask for confirmation.")
    var noPrompt = false

    @OptionGroup(title: "Queue") var redis: RedisOptions
    @OptionGroup(title: "Queue") var payloadKeys: PayloadKeyOptions

    func validate() throws {
        if skipRow, skipChunk { throw ValidationError("--skip-row and --skip-chunk exclude each other.") }
        if extent != nil, uuid == nil {
            throw ValidationError("--skip-row and --skip-chunk need the UUID of one relocation.")
        }
        if acceptLoss, extent == nil { throw ValidationError("--accept-loss needs --skip-row or --skip-chunk.") }
    }

    private var extent: SkipExtent? {
        if skipRow { return .row }
        return skipChunk ? .chunk : nil
    }

    func run() throws {
        let queue = try RelocationQueue(try redis.configuration())
        let actions = OperatorActions(queue, by: .current())
        guard let uuid else { return try retryAll(actions) }
        let id = try uuid.resolve(in: queue)
        if let extent, !(try skip(id, extent, actions)) { return }
        try actions.retry(id)
        try Console.printUUID(id.text, state: "continues")
    }

    /// Says what is lost and asks. False if the answer is no.
    private func skip(_ id: RelocationID, _ extent: SkipExtent, _ actions: OperatorActions) throws -> Bool {
        let console = Console(isSilent: false)
        let planned = try actions.planSkip(id, extent, keyring: try payloadKeys.keyring())
        console.say(planned.text)
        guard try isConfirmed() else { return false }
        let note = try actions.skip(id, planned)
        console.say("Skipped \(note.row?.text ?? note.text): not imported.")
        return true
    }

    private func isConfirmed() throws -> Bool {
        if acceptLoss { return true }
        guard isatty(STDIN_FILENO) == 1 else {
            throw CommandFailure(
                .usage, "Nothing was changed: rows are left out for good. Add --accept-loss to confirm.")
        }
        return Confirmation.isGiven("They are left out for good.", otherwise: "Nothing was changed.")
    }

    /// Says what it would retry and asks.
    private func retryAll(_ actions: OperatorActions) throws {
        let console = Console(isSilent: false)
        let failed = try actions.retryable()
        guard !failed.isEmpty else { return console.say("0 failed relocations continue.") }
        console.say(StatusReport.table(failed.map(StatusReport.init)))
        if !noPrompt {
            try Confirmation.needTerminal()
            let noun = failed.count == 1 ? "This relocation continues" : "These \(failed.count) relocations continue"
            guard Confirmation.isGiven("\(noun) at the task that failed.", otherwise: "Nothing was retried.") else {
                return
            }
        }
        let retried = try actions.retry(failed)
        for uuid in retried { try Console.printUUID(uuid, state: "continues") }
        console.say("\(retried.count) failed \(retried.count == 1 ? "relocation continues" : "relocations continue").")
    }
}
