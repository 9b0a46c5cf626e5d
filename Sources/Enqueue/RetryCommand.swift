import ArgumentParser
import CommandLine
import Operations
import Queue
import Reporting

struct RetryCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "retry", abstract: "Lets a failed relocation continue at the task that failed.",
        discussion: """
            Rows that were imported are recognised and not imported again. Without a UUID, every failed relocation is \
            retried.

            --skip-chunk drops the failed chunk for good, and the relocation continues after it. The rows of the chunk \
            count as dropped (skipped), and the record says who skipped them and when.
            """)

    @Argument(help: "UUID of the relocation; every failed one if left out.", transform: RelocationID.parse)
    var uuid: RelocationID?

    @Flag(name: .customLong("skip-chunk"), help: "Drop the chunk that failed. Needs --accept-loss.")
    var skipChunk = false

    @Flag(name: .customLong("accept-loss"), help: "Confirm that the rows of the skipped chunk are not imported.")
    var acceptLoss = false

    @OptionGroup(title: "Queue") var redis: RedisOptions

    func validate() throws {
        if skipChunk, uuid == nil { throw ValidationError("--skip-chunk needs the UUID of one relocation.") }
        if skipChunk, !acceptLoss {
            throw ValidationError("--skip-chunk drops rows for good: add --accept-loss to confirm.")
        }
        if acceptLoss, !skipChunk { throw ValidationError("--accept-loss needs --skip-chunk.") }
    }

    func run() throws {
        let actions = OperatorActions(try RelocationQueue(try redis.configuration()), by: .current())
        let console = Console(isSilent: false)
        guard let uuid else {
            let retried = try actions.retryAll()
            for uuid in retried { Console.print(uuid) }
            let noun = retried.count == 1 ? "relocation continues" : "relocations continue"
            console.say("\(retried.count) failed \(noun).")
            return
        }
        if skipChunk { console.say("Skipped \(try actions.skipChunk(uuid).text): these rows are not imported.") }
        try actions.retry(uuid)
        Console.print(uuid.text)
    }
}
