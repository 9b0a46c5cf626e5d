import ArgumentParser
import Catalogue
import CommandLine
import Queue
import Reporting

struct ListCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "Lists the relocations, newest first.",
        discussion: """
            KIND tells imports from what verify, verify --repair and undo have queued. TROUBLE says why a relocation failed, \
            what went wrong at its last attempt, or what keeps it waiting; `status UUID` says what helps.

            Examples:
              relocation-enqueue list --status failure --since 2d
              relocation-enqueue list --scope organizations --limit 200
            """)

    @Option(help: ArgumentHelp("How many to list, newest first; 0 lists all.", valueName: "number"))
    var limit = 50

    @Option(
        help: ArgumentHelp("Only those with this status: in_progress, pause, failure or success.", valueName: "status"),
        transform: ListCommand.status)
    var status: RelocationState?

    @Option(
        help: ArgumentHelp("Only those of this scope: users, organizations, config or global.", valueName: "scope"),
        transform: ListCommand.scope)
    var scope: ImportScope?

    @Option(
        help: ArgumentHelp(
            "Only those for the destination of this name, or bound to a database whose identity has this text in it.",
            valueName: "name"))
    var destination: String?

    @Option(
        help: ArgumentHelp(
            "Only those enqueued since then: 90s, 30m, 2h, 3d or 1w ago, or a date such as 2024-05-06 or 2024-05-06T07:08Z.",
            valueName: "time"), transform: SinceTime.parse)
    var since: SinceTime?

    @Flag(help: "Print a JSON array, for scripts: of each all that `status --json` says but the rows.")
    var json = false

    @OptionGroup(title: "Queue") var redis: RedisOptions

    func validate() throws {
        guard limit >= 0 else { throw ValidationError("--limit takes 0 or more.") }
    }

    func run() throws {
        let queue = try RelocationQueue(try redis.configuration())
        let workforce = try queue.workforce()
        let found = try queue.find(query(now: workforce.now))
        let reports = found.relocations.map { StatusReport($0, renamed: nil, workforce: workforce) }
        Console.print(json ? StatusReport.json(reports) : StatusReport.table(reports))
        if found.more > 0 { Console(isSilent: false).say("and \(found.more) more; --limit shows more of them") }
    }

    private func query(now: Int64) -> RelocationQuery {
        var query = RelocationQuery()
        query.limit = limit == 0 ? nil : limit
        query.status = status
        query.scope = scope?.rawValue
        query.destination = destination
        query.since = since?.milliseconds(now: now) ?? 0
        query.isWhole = json
        return query
    }

    private static func status(_ text: String) throws -> RelocationState {
        let state = RelocationState(rawValue: text.uppercased())
        guard RelocationState.known.contains(state) else {
            throw ValidationError("The status is one of in_progress, pause, failure and success.")
        }
        return state
    }

    private static func scope(_ text: String) throws -> ImportScope {
        guard let scope = ImportScope(rawValue: text.lowercased()) else {
            throw ValidationError("The scope is one of users, organizations, config and global.")
        }
        return scope
    }
}
