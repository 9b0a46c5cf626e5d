import ArgumentParser
import CommandLine
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

            --skip-chunk drops the failed chunk for good, and the relocation continues after it. The rows of the chunk \
            count as dropped (skipped), and the record says who skipped them and when.
            """)

    @Argument(
        help: "UUID of the relocation, or its first digits; every failed one if left out.",
        transform: RelocationReference.parse)
    var uuid: RelocationReference?

    @Flag(name: .customLong("skip-chunk"), help: "Drop the chunk that failed. Needs --accept-loss.")
    var skipChunk = false

    @Flag(name: .customLong("accept-loss"), help: "Confirm that the rows of the skipped chunk are not imported.")
    var acceptLoss = false

    @Flag(name: .customLong("no-prompt"), help: "Never ask for confirmation.")
    var noPrompt = false

    @OptionGroup(title: "Queue") var redis: RedisOptions

    func validate() throws {
        if skipChunk, uuid == nil { throw ValidationError("--skip-chunk needs the UUID of one relocation.") }
        if skipChunk, !acceptLoss {
            throw ValidationError("--skip-chunk drops rows for good: add --accept-loss to confirm.")
        }
        if acceptLoss, !skipChunk { throw ValidationError("--accept-loss needs --skip-chunk.") }
    }

    func run() throws {
        let queue = try RelocationQueue(try redis.configuration())
        let actions = OperatorActions(queue, by: .current())
        guard let uuid else { return try retryAll(actions) }
        let id = try uuid.resolve(in: queue)
        if skipChunk {
            Console(isSilent: false).say("Skipped \(try actions.skipChunk(id).text): these rows are not imported.")
        }
        try actions.retry(id)
        Console.print(id.text)
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
        for uuid in retried { Console.print(uuid) }
        console.say("\(retried.count) failed \(retried.count == 1 ? "relocation continues" : "relocations continue").")
    }
}
