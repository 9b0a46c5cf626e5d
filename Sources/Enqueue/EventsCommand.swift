import ArgumentParser
import CommandLine
import ExportFormat
import Operations
import Queue
import Reporting
import TaskFormat
import Traces

internal import Foundation

/// `events`: queues a slice of an installation's history.
// More than eight properties: one per option.
struct EventsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "events", abstract: "Queues events of a source installation, to be saved with their issues.",
        discussion: """
            SRC has one event a line, as JSON: {"project":12,"body":{…}}, or the body alone if it names its project; plain or \
            compressed. A body is what the source's node store holds. Events go into the projects that an import has brought \
            (--relocation), or into those of a map (--project-map: a JSON object of source ids and destination ids).

            All events are checked and counted first; --check only reports that: per project, type, day and grouping \
            configuration, with what will be rejected and why. A rejected event never holds up others: it is counted, and \
            dropped lists it.

            Errors join issues by their stored hashes. With --groups these have the state of the source: status, assignee, counts, \
            times, first release, number. An event is saved once per project, id and day; its latest version \
            stays. Messages about saved events go to the worker's event sink (relocation-worker run --event-sink).
            """)

    @Argument(help: "A file with one event a line, or - for standard input.")
    var source: String

    @Option(
        help: ArgumentHelp(
            "The import that has brought the events' projects: a UUID, or its first digits.", valueName: "uuid"),
        transform: RelocationReference.parse)
    var relocation: RelocationReference?

    @Option(
        name: .customLong("project-map"),
        help: ArgumentHelp("A JSON file: {\"12\": 3} puts the source's project 12 into 3.", valueName: "file"))
    var projectMap: String?

    @Option(
        help: ArgumentHelp(
            "A file with the state of the events' issues (relocation-worker export events --groups): it wins over what the "
                + "events make of them.", valueName: "file"))
    var groups: String?

    @Flag(
        name: .customLong("continue-issues"),
        help: """
            Let projects of another grouping configuration compute that of the events too, for 30 days, so that new events find \
            the old issues.
            """)
    var continueIssues = false

    @Flag(
        name: .customLong("keep-old"), help: "Save events that the destination's retention would remove at once, too.")
    var keepOld = false

    @Option(
        name: .customLong("import-uuid"),
        help: ArgumentHelp("The UUID of this relocation of events; default: a new one.", valueName: "uuid"),
        transform: { text in
            guard let uuid = UUID(uuidString: text) else { throw ValidationError("--import-uuid takes a UUID.") }
            return uuid.uuidString.lowercased()
        })
    var importUUID: String?

    @Option(
        name: .customLong("chunk-size"),
        help: ArgumentHelp("Events that one transaction saves, from 1 to 500.", valueName: "number"))
    var chunkSize = ChunkLimits.events.maxRows

    @Flag(help: "Check the file and report what it holds; queue nothing.")
    var check = false

    @Flag(
        name: .customLong("dry-run"),
        help: "Let a worker find out what would become of the events, against the destination; save nothing.")
    var dryRun = false

    @Flag(help: "With --check or --dry-run: print the report as one JSON object.")
    var json = false

    @Flag(help: "Wait until the events are saved and show the progress and the result.")
    var wait = false

    @Flag(help: "Print only the UUID.")
    var silent = false

    @OptionGroup(title: "Queue") var redis: RedisOptions
    @OptionGroup(title: "Queue") var destinationName: DestinationNameOption
    @OptionGroup(title: "Queue") var payloadKeys: PayloadKeyOptions
    @OptionGroup(title: "Traces") var traces: TraceOptions

    func validate() throws {
        guard (relocation == nil) != (projectMap == nil) else {
            throw ValidationError("Give either --relocation or --project-map.")
        }
        guard 1...ChunkLimits.events.maxRows ~= chunkSize else {
            throw ValidationError("--chunk-size takes 1 to \(ChunkLimits.events.maxRows).")
        }
        if source == "-", groups == "-" { throw ValidationError("Only one of SRC and --groups can be -.") }
        if json, !check, !dryRun { throw ValidationError("--json needs --check or --dry-run.") }
        if check, dryRun { throw ValidationError("Give either --check or --dry-run.") }
    }

    func run() throws {
        do { try EventsCommandRun(arguments: self).run() } catch let error as TaskFormatError {
            throw CommandFailure(error)
        } catch let error as ExportError {
            throw CommandFailure(error)
        }
    }
}

/// What `events` does with its arguments.
private struct EventsCommandRun {
    let arguments: EventsCommand

    func run() throws {
        let console = Console(isSilent: arguments.silent)
        try arguments.traces.during(console) { try run(console) }
    }

    private func run(_ console: Console) throws {
        if !arguments.check { try StandardStreams.requireOutput() }
        var job = EventsJob(
            uuid: arguments.importUUID ?? UUID().uuidString.lowercased(), path: arguments.source,
            options: try options())
        job.groups = arguments.groups
        job.plans = arguments.dryRun
        job.chunkSize = arguments.chunkSize
        job.destination = try arguments.destinationName.name()
        job.keyring = try arguments.payloadKeys.keyring()
        job.actor = .current()
        guard let isKnown = try Traces.span(.enqueue, { try enqueue(&job, console) }) else { return }
        try follow(job, isKnown, console)
    }

    /// Whether the same events are queued already; nil if the file was only checked.
    private func enqueue(_ job: inout EventsJob, _ console: Console) throws -> Bool? {
        let sources = try job.open()
        let report = try job.check(sources)
        if arguments.continueIssues { job.options.continuedGroupings = report.groupings }
        if arguments.check {
            if arguments.json { Console.print(report.json) } else { report.lines.forEach { Console.print($0) } }
            return nil
        }
        for line in report.lines { console.say(line) }
        let configuration = try arguments.redis.configuration()
        return try job.queue(sources, report, configuration) { Interruption.isRequested } == nil
    }

    private func follow(_ job: EventsJob, _ isKnown: Bool, _ console: Console) throws {
        let configuration = try arguments.redis.configuration()
        if arguments.dryRun { return try tell(job, configuration, console) }
        console.say(
            isKnown
                ? "The same events are queued already."
                : "A worker of \(job.destination.text) saves them.\nFollow with: relocation-enqueue status \(job.uuid)")
        try Console.printUUID(job.uuid, state: "is queued")
        guard arguments.wait else { return }
        var loop = WaitLoop(uuid: job.uuid, configuration: configuration, console: console)
        try loop.run(nil)
    }

    /// What a worker has found out.
    private func tell(_ job: EventsJob, _ configuration: QueueConfiguration, _ console: Console) throws {
        console.say("A worker of \(job.destination.text) counts: \(job.uuid)")
        var loop = WaitLoop(uuid: job.uuid, configuration: configuration, console: console)
        let report = try loop.waitForEnd()
        Console.print(arguments.json ? report.json : report.text())
        guard report.status.status == .success else {
            throw CommandFailure(.failure, "The events could not be saved: \(report.status.failureReason)")
        }
    }

    private func options() throws -> EventOptions {
        var options = EventOptions()
        options.keepsOld = arguments.keepOld
        if let relocation = arguments.relocation {
            options.relocation = try relocation.resolve(in: RelocationQueue(try arguments.redis.configuration())).text
        }
        if let path = arguments.projectMap { options.projects = try projects(path) }
        return options
    }

    private func projects(_ path: String) throws(CommandFailure) -> [String: Int64] {
        let file = URL(fileURLWithPath: path)
        guard let data = try? Data(contentsOf: file) else {
            throw CommandFailure(.noInput, "The project map \(path) cannot be read.")
        }
        guard let map = try? JSONDecoder().decode([String: Int64].self, from: data) else {
            throw CommandFailure(
                .badData, "The project map \(path) is no JSON object of source ids and destination ids: {\"12\": 3}.")
        }
        return map
    }
}
