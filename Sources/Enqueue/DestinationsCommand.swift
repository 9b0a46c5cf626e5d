import ArgumentParser
import CommandLine
import Queue
import Reporting

struct DestinationsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "destinations", abstract: "Lists the destinations, their databases and what waits for them.",
        discussion: """
            Relocations are queued for a destination's name. A worker that serves a free name registers its database \
            under it. Earlier databases of a name (relocation-worker run --rebind) are shown with --json.
            """)

    @Flag(help: "Print a JSON array, for scripts.")
    var json = false

    @OptionGroup(title: "Queue") var redis: RedisOptions

    func run() throws {
        let entries = try RelocationQueue(try redis.configuration()).destinations()
        Console.print(json ? DestinationReport.json(entries) : DestinationReport.table(entries))
    }
}
