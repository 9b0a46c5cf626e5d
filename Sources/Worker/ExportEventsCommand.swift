import ArgumentParser
import Catalogue
import CommandLine
import EventFormat
import Events
import ExportFormat
import Storage

internal import Foundation

/// `export events`: writes events of the database's node store into a file.
struct ExportEventsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "events", abstract: "Exports events of some projects, one a line.",
        discussion: """
            The node store knows no projects: every row is read, in pages, with no more than the right to read (SELECT). Each \
            event becomes a line {"project":12,"body":{…}}, which relocation-enqueue events takes. Pickles of versions before 21 \
            are read if they hold plain values; what cannot be read is counted. What was found is told on standard error: per \
            project, type, day and grouping configuration.

            --groups also writes the state of the issues that these events lead to.
            """)

    @Argument(help: "The file to write, or - for standard output.")
    var destination: String

    @Option(help: ArgumentHelp("Projects by slug or id, separated by commas.", valueName: "projects"))
    var projects: String

    @Option(help: ArgumentHelp("Only events from this time on: 2024-05-06 or 2024-05-06T07:08:09Z.", valueName: "time"))
    var since: String?

    @Option(help: ArgumentHelp("Only events before this time.", valueName: "time"))
    var until: String?

    @Option(help: ArgumentHelp("Only events of these types, separated by commas.", valueName: "types"))
    var types: String?

    @Option(
        help: ArgumentHelp(
            "Write the state of the events' issues into this file, for relocation-enqueue events --groups.",
            valueName: "file"))
    var groups: String?

    @Flag(help: "Compress both files with zstd.")
    var zstd = false

    @Flag(help: "Tell nothing but errors.")
    var silent = false

    @OptionGroup(title: "Source") var database: SourceOptions

    func run() throws {
        try OutputGuard.requireUnread(destination, "DEST")
        if destination == "-", groups == "-" { throw CommandFailure(.usage, "Only one of DEST and --groups can be -.") }
        let source = try database.open().region
        do {
            // Events and groups of one moment.
            try source.beginReading(snapshot: nil)
            defer { source.rollback() }
            try export(source)
            try source.endReading()
        } catch let error as ExportError {
            throw CommandFailure(error)
        } catch let error as StorageError {
            throw CommandFailure(error)
        } catch let error as EventScan.UnknownProject {
            throw CommandFailure(
                .noInput,
                error.isAmbiguous
                    ? "Several projects have the slug \(error.name): give their ids."
                    : "There is no project \(error.name).")
        }
    }

    private func export(_ source: any Database) throws {
        var scan = EventScan(projects: try EventScan.projects(Self.list(projects), in: source, .standard))
        scan.since = try since.map(Self.time)
        scan.until = try until.map(Self.time)
        scan.types = types.map { Set(Self.list($0)) }
        let output = try ExportOutput.open(destination, compressed: zstd)
        let groupScan = try groups.map { _ in try GroupScan(source, .standard) }
        let summary = try scan.run(source, .standard, groups: groupScan) { try output.write($0) }
        try output.finish()
        if !silent { say(summary) }
        guard let groups, let groupScan else { return }
        let groupOutput = try ExportOutput.open(groups, compressed: zstd)
        let told = try groupScan.run { try groupOutput.write($0) }
        try groupOutput.finish()
        if !silent { say(told) }
    }

    private static func list(_ text: String) -> [String] {
        text.split(separator: ",").map { $0.trimmingCharacters(in: .whitespaces) }
    }

    private static func time(_ text: String) throws(CommandFailure) -> Int64 {
        let formatter = ISO8601DateFormatter()
        let whole = text.count == 10 ? text + "T00:00:00Z" : text
        guard let date = formatter.date(from: whole) else {
            throw CommandFailure(.usage, "\(text) is no time: give 2024-05-06 or 2024-05-06T07:08:09Z.")
        }
        return Int64(date.timeIntervalSince1970) * 1_000_000
    }

    private func say(_ summary: EventScan.Summary) {
        var lines = ["Exported \(summary.total) events of \(summary.rows) rows."]
        for (id, project) in summary.projects.sorted(by: { $0.key < $1.key }) {
            lines.append("  project \(id): \(project.events) events")
            for (title, counts) in [
                ("type", project.types), ("day", project.days), ("grouped by", project.groupings),
            ] {
                for (name, count) in counts.sorted(by: { $0.key < $1.key }) {
                    lines.append("    \(title) \(name): \(count)")
                }
            }
        }
        if summary.foreign > 0 { lines.append("  left out: \(summary.foreign) rows whose key is not their body's") }
        if summary.unreadable > 0 { lines.append("  left out: \(summary.unreadable) rows that cannot be read") }
        Self.tell(lines)
    }

    private func say(_ told: (groups: Int, leftOut: Int)) {
        let more = told.leftOut > 0 ? ["  left out: \(told.leftOut) issues that are being deleted"] : []
        Self.tell(["Exported the state of \(told.groups) issues."] + more)
    }

    private static func tell(_ lines: [String]) {
        FileHandle.standardError.write(Data((lines.joined(separator: "\n") + "\n").utf8))
    }
}
