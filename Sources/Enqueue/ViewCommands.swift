import ArgumentParser
import CommandLine
import Operations
import Queue
import Reporting

struct WorkersCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "workers", abstract: "Shows the worker processes and what they work on.",
        discussion: """
            Each worker gives a sign of life every second. One that misses three is gone: another takes its relocations \
            over. It is shown for an hour. A quiet worker (SIGUSR1 or SIGTSTP) takes no more until SIGUSR2.
            """)

    @Flag(help: "Print a JSON array, for scripts.")
    var json = false

    @OptionGroup(title: "Queue") var redis: RedisOptions

    func run() throws {
        let report = WorkersReport(try RelocationQueue(try redis.configuration()).workforce())
        Console.print(json ? report.json : report.text)
    }
}

struct HistoryCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "history", abstract: "Tells what happened to a relocation, when, and who did it.",
        discussion: """
            Every transition, every failed attempt and every action of an operator. Time slices that follow each other \
            share a line. Of a very long history the first and the newest entries are kept.
            """)

    @OptionGroup var relocation: RelocationArgument

    @Flag(help: "Print a JSON array, for scripts.")
    var json = false

    func run() throws {
        let (queue, id) = try relocation.open()
        let report = HistoryReport(try queue.history(id.text))
        Console.print(json ? report.json : report.text)
    }
}

struct FindingsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "findings", abstract: "Prints the findings of a relocation as JSON; [] if there are none.",
        discussion: "Those of the last failure come first. Those of earlier ones are marked as `earlier`.")

    @OptionGroup var relocation: RelocationArgument

    func run() throws {
        let (queue, id) = try relocation.open()
        let report = StatusReport(
            try queue.status(id.text), renamed: nil, earlier: try queue.earlierFailures(id.text))
        Console.print(report.allFindings)
    }
}

struct AdaptedCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "adapted", abstract: "Lists what was adapted in an export of another version of Sentry.",
        discussion: """
            For each kind the number of rows, and where the first ones stand: model, line and number of the row in the file, \
            primary key. `--check --json` lists more of them. Alert rules that the destination does not run are named one by one.
            """)

    @OptionGroup var relocation: RelocationArgument

    @Flag(help: "Print one JSON object, for scripts.")
    var json = false

    func run() throws {
        let (queue, id) = try relocation.open()
        let report = AdaptedReport(try queue.status(id.text), listed: try queue.listedRows(id.text))
        Console.print(json ? report.json : report.text)
    }
}

struct DroppedCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "dropped", abstract: "Lists the rows of a relocation that were not imported, with the reasons.",
        discussion: """
            For each row: its model, its place among the rows of the model, its primary key in the file, the reason, and \
            for a missing parent the field, the model and the primary key that it refers to. The first \
            \(RelocationQueue.listedRowsLimit) rows of a relocation are listed, also rows that were never queued: out of \
            scope, filtered, of unknown models. If there are more, the command says how many.
            """)

    @OptionGroup var relocation: RelocationArgument

    @Flag(help: "Print one JSON object, for scripts.")
    var json = false

    func run() throws {
        let (queue, id) = try relocation.open()
        let report = DroppedReport(try queue.status(id.text), listed: try queue.listedRows(id.text))
        Console.print(json ? report.json : report.text)
    }
}
