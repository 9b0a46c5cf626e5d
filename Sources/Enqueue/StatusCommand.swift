import ArgumentParser
import CommandLine
import Glibc
import Operations
import Queue
import Reporting

struct StatusCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "status", abstract: "Shows the progress of a relocation and what happened to its rows.",
        discussion: """
            Without a UUID, it shows the newest relocation. If something waits for an operator, the last line is the \
            command that helps.
            """)

    @Argument(
        help: "UUID of the relocation, or its first digits; the newest one if left out.",
        completion: RelocationReference.completion, transform: RelocationReference.parse)
    var uuid: RelocationReference?

    @Flag(help: "Print one JSON object, for scripts.")
    var json = false

    @Flag(
        help: """
            Show the status again every second until the relocation has ended. Waits while Redis does not answer.
            """)
    var watch = false

    @OptionGroup(title: "Queue") var redis: RedisOptions

    func run() throws {
        let queue = try RelocationQueue(try redis.configuration())
        let uuid = try self.uuid?.resolve(in: queue).text ?? newest(queue)
        if watch { return try follow(uuid, queue) }
        show(try StatusReport.read(uuid, in: queue))
    }

    /// Survives a restart of Redis, however long it takes: whoever watches can end it.
    private func follow(_ uuid: String, _ queue: RelocationQueue) throws {
        let console = Console(isSilent: false)
        var outage = RedisOutage()
        var wasSeen = false
        while true {
            do throws(QueueError) {
                let report = try StatusReport.read(uuid, in: queue)
                wasSeen = true
                if let back = outage.end() { console.warn(back) }
                show(report)
                if report.hasEnded { return }
            } catch {
                if error.kind == .notFound, wasSeen { throw RedisOutage.forgotten(uuid) }
                if let notice = try outage.note(error, at: MonotonicClock.milliseconds()) { console.warn(notice) }
            }
            sleep(1)
        }
    }

    private func show(_ report: StatusReport) {
        let terminal = Terminal.standardOutput
        let text = json ? report.json : report.text(color: terminal.usesColor)
        let clear = watch && terminal.isTerminal ? "\u{1B}[H\u{1B}[2J" : ""
        Console.print(clear + text)
    }

    private func newest(_ queue: RelocationQueue) throws -> String {
        var query = RelocationQuery()
        query.limit = 1
        query.isWhole = false
        guard let first = try queue.find(query).relocations.first else {
            throw CommandFailure(.noInput, "There is no relocation under this Redis prefix.")
        }
        return first.uuid
    }
}
