import ArgumentParser
import Catalogue
import CommandLine
import Reporting
import Cutting
import ExportFormat
import TaskFormat
import Queue

struct RetryCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "retry", abstract: "Lets a failed relocation go on at the task that failed.",
        discussion: """
            What was written stays and is recognised. Without a UUID: every failed relocation.

            With --skip-chunk the failed chunk is dropped for good and the relocation goes on behind it: its rows are \
            counted as dropped (skipped), and the record keeps who skipped what and when.
            """)

    @Argument(help: "The relocation's UUID; every failed one where left out.")
    var uuid: String?

    @Flag(name: .customLong("skip-chunk"), help: "Drop the chunk at which it failed. Needs --accept-loss.")
    var skipChunk = false

    @Flag(name: .customLong("accept-loss"), help: "Acknowledge that the rows of the skipped chunk are not imported.")
    var acceptLoss = false

    @OptionGroup(title: "Queue") var redis: RedisOptions

    func validate() throws {
        if skipChunk, uuid == nil { throw ValidationError("--skip-chunk takes one relocation: add its UUID.") }
        if skipChunk, !acceptLoss {
            throw ValidationError("--skip-chunk drops rows for good: add --accept-loss to acknowledge that.")
        }
        if acceptLoss, !skipChunk { throw ValidationError("--accept-loss has a meaning with --skip-chunk only.") }
    }

    func run() throws {
        let queue = try RelocationQueue(try redis.configuration())
        guard let uuid else {
            let retried = try queue.retryAll()
            for uuid in retried { Voice.print(uuid) }
            let noun = retried.count == 1 ? "relocation goes" : "relocations go"
            Voice(isSilent: false).say("\(retried.count) failed \(noun) on.")
            return
        }
        guard let canonical = ImportOptions.canonical(uuid) else {
            throw CommandFailure(.usage, "That is no UUID: expected a form like 5f0c0f3e-8a4e-4d6c-9f0e-3d1c2b7a9e10.")
        }
        if skipChunk { try skip(canonical, queue) }
        try queue.retry(canonical)
        Voice.print(canonical)
    }

    private func skip(_ uuid: String, _ queue: RelocationQueue) throws {
        let failed = try queue.failedTask(uuid)
        guard case .task(let task) = failed.element else {
            throw CommandFailure(
                .badData, "The task cannot be read, so that its rows cannot be counted: enqueue the file again.")
        }
        guard task.kind == TaskKind.chunk.rawValue else {
            throw CommandFailure(
                .usage, "It did not fail at a chunk but at a step that carries no rows: mend its cause, then retry.")
        }
        var account = RowAccount()
        account.dropped(task.rows, model: task.name, .skipped)
        let note = TaskNote(task, skippedBy: Operator.name(), skippedAt: Timestamp.text(failed.readAt))
        try queue.skip(uuid, failed, counters: account.counters, note: note)
        Voice(isSilent: false).say("Skipped \(note.text): these rows are not imported.")
    }
}
