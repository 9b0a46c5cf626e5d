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
            Rows that were imported are recognised and not imported again. Without a UUID, every failed relocation is \
            retried.

            If one row cannot be imported, --skip-row leaves out exactly that row for good. --skip-chunk does so with \
            all rows of the failed chunk. Both first say how many rows are lost with it because they refer to it, and \
            ask. The rows count as dropped (skippedByOperator), and the record says who skipped them and when. Sealed \
            tasks are looked into with their key (--payload-key-file).

            Workers of a version without --skip-row leave the relocation alone afterwards.
            """)

    @Argument(help: "UUID of the relocation; every failed one if left out.", transform: RelocationID.parse)
    var uuid: RelocationID?

    @Flag(name: .customLong("skip-row"), help: "Leave out the row that failed. Asks first.")
    var skipRow = false

    @Flag(name: .customLong("skip-chunk"), help: "Leave out the chunk that failed. Asks first.")
    var skipChunk = false

    @Flag(name: .customLong("accept-loss"), help: "Confirm that the skipped rows are not imported: do not ask.")
    var acceptLoss = false

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
        let actions = OperatorActions(try RelocationQueue(try redis.configuration()), by: .current())
        let console = Console(isSilent: false)
        guard let uuid else {
            let retried = try actions.retryAll()
            for uuid in retried { try Console.printUUID(uuid, state: "continues") }
            let noun = retried.count == 1 ? "relocation continues" : "relocations continue"
            console.say("\(retried.count) failed \(noun).")
            return
        }
        if let extent {
            let planned = try actions.planSkip(uuid, extent, keyring: try payloadKeys.keyring())
            console.say(planned.text)
            guard try isConfirmed() else { return }
            let note = try actions.skip(uuid, planned)
            console.say("Skipped \(note.row?.text ?? note.text): not imported.")
        }
        try actions.retry(uuid)
        try Console.printUUID(uuid.text, state: "continues")
    }

    private func isConfirmed() throws -> Bool {
        if acceptLoss { return true }
        guard isatty(STDIN_FILENO) == 1 else {
            throw CommandFailure(
                .usage, "Nothing was changed: rows are left out for good. Add --accept-loss to confirm.")
        }
        return Confirmation.isGiven("", otherwise: "Nothing was changed.")
    }
}
