import ArgumentParser
import CommandLine
import Glibc
import Operations
import Queue
import Reporting

struct StatusCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "status", abstract: "Shows the progress of a relocation and what happened to its rows.",
        discussion: "Without a UUID, it shows the newest relocation.")

    @Argument(help: "UUID of the relocation; the newest one if left out.", transform: RelocationID.parse)
    var uuid: RelocationID?

    @Flag(help: "Print one JSON object, for scripts.")
    var json = false

    @Flag(help: "Show the status again every second until the relocation has ended.")
    var watch = false

    @OptionGroup(title: "Queue") var redis: RedisOptions

    func run() throws {
        let queue = try RelocationQueue(try redis.configuration())
        let uuid = try self.uuid?.text ?? newest(queue)
        while true {
            let report = StatusReport(try queue.status(uuid), renamed: try queue.renamedRows(uuid))
            show(report)
            guard watch, !report.hasEnded else { return }
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
        guard let first = try queue.list().first else {
            throw CommandFailure(.noInput, "There is no relocation under this Redis prefix.")
        }
        return first.uuid
    }
}

struct ListCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "Lists the relocations, newest first.")

    @Flag(help: "Print a JSON array, for scripts.")
    var json = false

    @OptionGroup(title: "Queue") var redis: RedisOptions

    func run() throws {
        let reports = try RelocationQueue(try redis.configuration()).list().map(StatusReport.init)
        Console.print(json ? StatusReport.json(reports) : StatusReport.table(reports))
    }
}

struct DroppedCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "dropped", abstract: "Lists the rows of a relocation that were not imported, with the reasons.",
        discussion: """
            For each row: its model, its place among the rows of the model, its primary key in the file, the reason, and \
            for a missing parent the field, the model and the primary key that it refers to. Workers list the first \
            \(RelocationQueue.listedRowsLimit) rows of a relocation; if there are more, the command says how many.
            """)

    @OptionGroup var relocation: RelocationArgument

    @Flag(help: "Print one JSON object, for scripts.")
    var json = false

    func run() throws {
        let queue = try relocation.queue()
        let uuid = relocation.uuid.text
        let report = DroppedReport(try queue.status(uuid), listed: try queue.listedRows(uuid))
        Console.print(json ? report.json : report.text)
    }
}

struct FindingsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "findings", abstract: "Prints the findings of a relocation as JSON; [] if there are none.")

    @OptionGroup var relocation: RelocationArgument

    func run() throws {
        Console.print(StatusReport(try relocation.queue().status(relocation.uuid.text)).findingsFile)
    }
}
