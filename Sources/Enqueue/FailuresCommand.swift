import ArgumentParser
import CommandLine
import Queue
import Reporting

struct FailuresCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "failures", abstract: "Groups failed relocations by their cause.",
        discussion: """
            Two failures have the same cause if their reasons differ only in UUIDs, numbers, quoted names and addresses. \
            Relocations that operators have ended are left out. The largest group comes first.
            """)

    @Flag(help: "Print a JSON array, for scripts.")
    var json = false

    @OptionGroup(title: "Queue") var redis: RedisOptions

    func run() throws {
        let report = try FailuresReport.read(in: try RelocationQueue(try redis.configuration()))
        Console.print(json ? report.json : report.text)
    }
}
