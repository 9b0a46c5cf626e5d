import ArgumentParser
import CommandLine
import Reporting
import Glibc
import Queue

/// A relocation named on the command line.
struct RelocationArgument: ParsableArguments {
    @Argument(help: "The relocation's UUID, as relocation-enqueue printed it; any spelling.")
    var uuid: String

    @OptionGroup(title: "Queue") var redis: RedisOptions

    func canonicalUUID() throws -> String {
        guard let uuid = ImportOptions.canonical(uuid) else {
            throw CommandFailure(.usage, "That is no UUID: expected a form like 5f0c0f3e-8a4e-4d6c-9f0e-3d1c2b7a9e10.")
        }
        return uuid
    }

    func queue() throws -> RelocationQueue { try RelocationQueue(try redis.configuration()) }
}

struct StatusCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "status", abstract: "Shows what became of a relocation's rows, and what it is doing.",
        discussion: "Without a UUID: the newest relocation.")

    @Argument(help: "The relocation's UUID; the newest where left out.")
    var uuid: String?

    @Flag(help: "One JSON object for scripts.")
    var json = false

    @Flag(help: "Show it again every second until it has ended.")
    var watch = false

    @OptionGroup(title: "Queue") var redis: RedisOptions

    func run() throws {
        let queue = try RelocationQueue(try redis.configuration())
        let uuid = try self.uuid.map(canonical) ?? newest(queue)
        let terminal = Terminal.standardOutput
        while true {
            let status = try queue.status(uuid)
            let report = StatusReport(status)
            let text = json ? report.json : report.text(color: terminal.usesColor)
            if watch, terminal.isTerminal { Voice.print("\u{1B}[H\u{1B}[2J" + text) } else { Voice.print(text) }
            guard watch, ![.success, .failure].contains(status.status) else { return }
            sleep(1)
        }
    }

    private func canonical(_ text: String) throws -> String {
        guard let uuid = ImportOptions.canonical(text) else {
            throw CommandFailure(.usage, "That is no UUID: expected a form like 5f0c0f3e-8a4e-4d6c-9f0e-3d1c2b7a9e10.")
        }
        return uuid
    }

    private func newest(_ queue: RelocationQueue) throws -> String {
        guard let first = try queue.list().first else {
            throw CommandFailure(.noInput, "No relocation is known under this prefix.")
        }
        return first.uuid
    }
}

struct ListCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "Lists the relocations, newest first.")

    @Flag(help: "A JSON array for scripts.")
    var json = false

    @OptionGroup(title: "Queue") var redis: RedisOptions

    func run() throws {
        let reports = try RelocationQueue(try redis.configuration()).list().map(StatusReport.init)
        Voice.print(json ? StatusReport.json(reports) : StatusReport.table(reports))
    }
}

struct FindingsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "findings", abstract: "Prints a relocation's findings as JSON, [] where there are none.")

    @OptionGroup var relocation: RelocationArgument

    func run() throws {
        Voice.print(StatusReport(try relocation.queue().status(try relocation.canonicalUUID())).findingsFile)
    }
}

struct PauseCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "pause", abstract: "Stops a relocation at its next chunk until it is unpaused.")

    @OptionGroup var relocation: RelocationArgument

    func run() throws { OutcomeText.say(try relocation.queue().pause(try relocation.canonicalUUID()), "paused") }
}

struct UnpauseCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "unpause", abstract: "Lets a paused relocation go on.")

    @OptionGroup var relocation: RelocationArgument

    func run() throws { try relocation.queue().unpause(try relocation.canonicalUUID()) }
}

struct CancelCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "cancel", abstract: "Ends a relocation at its next chunk; what was written stays.")

    @OptionGroup var relocation: RelocationArgument

    func run() throws { OutcomeText.say(try relocation.queue().cancel(try relocation.canonicalUUID()), "cancelled") }
}

struct AbortCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "abort", abstract: "Ends a relocation at once: its worker loses its lease.")

    @OptionGroup var relocation: RelocationArgument

    func run() throws { try relocation.queue().abort(try relocation.canonicalUUID()) }
}

struct DeleteCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "delete", abstract: "Removes a relocation's tasks from Redis; what was written stays.")

    @OptionGroup var relocation: RelocationArgument

    func run() throws { try relocation.queue().delete(try relocation.canonicalUUID()) }
}

/// What came of a request, in words.
enum OutcomeText {
    static func say(_ outcome: OperatorOutcome, _ state: String) {
        let text =
            switch outcome {
            case .done: "The relocation is \(state)."
            case .requested: "The relocation will be \(state) at its next chunk."
            case .unchanged: "The relocation was \(state) already."
            }
        Voice(isSilent: false).say(text)
    }
}
