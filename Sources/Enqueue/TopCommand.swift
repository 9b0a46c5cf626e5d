import ArgumentParser
import CommandLine
import Operations
import Queue
import Reporting

struct TopCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "top", abstract: "Shows all workers and relocations, live, and lets you act on them.",
        discussion: """
            Keys: j and k (or the arrows) move, Tab goes to the workers and back, / filters by UUID, file, scope, status, \
            destination or worker, p pauses a relocation or lets it go on, r retries a failed one, w tells a worker to \
            take no more or to go on, q ends. Each action asks first. Without a terminal it prints everything once.
            """)

    @Option(help: ArgumentHelp("How many relocations to show, newest first.", valueName: "number"))
    var limit = 200

    @OptionGroup(title: "Queue") var redis: RedisOptions

    func validate() throws {
        guard limit > 0 else { throw ValidationError("--limit takes 1 or more.") }
    }

    func run() throws {
        let queue = try RelocationQueue(try redis.configuration())
        var screen = TopScreen()
        // Before the screen is taken: a wrong URL is said as by every command.
        try refresh(&screen, queue)
        guard let terminal = RawTerminal.take() else {
            return Console.print(screen.lines(time: Self.time()).map(\.text).joined(separator: "\n"))
        }
        try follow(&screen, queue, on: terminal)
    }

    private func follow(_ screen: inout TopScreen, _ queue: RelocationQueue, on terminal: RawTerminal) throws {
        Interruption.noteEverySignal()
        var (shownAt, isAway) = (MonotonicClock.milliseconds(), false)
        while !Interruption.isRequested {
            draw(screen, on: terminal)
            guard let typed = terminal.read(within: 1_000) else { return }
            for key in TopKey.keys(in: typed) {
                guard let action = screen.press(key) else { continue }
                if action == .quit { return }
                screen.message = perform(action, queue)
                shownAt = 0
            }
            guard MonotonicClock.milliseconds() - shownAt >= 1_000 else { continue }
            shownAt = MonotonicClock.milliseconds()
            do throws(QueueError) {
                try refresh(&screen, queue)
                if isAway { (screen.message, isAway) = ("", false) }
            } catch {
                guard error.isTransient else { throw error }
                (screen.message, isAway) = ("Redis does not answer; waiting. \(error.message)", true)
            }
        }
    }

    private func refresh(_ screen: inout TopScreen, _ queue: RelocationQueue) throws(QueueError) {
        var query = RelocationQuery()
        query.limit = limit
        query.isWhole = false
        let workforce = try queue.workforce()
        let found = try queue.find(query)
        screen.show(found.relocations, more: found.more, workforce)
    }

    /// Returns what to tell.
    private func perform(_ action: TopScreen.Action, _ queue: RelocationQueue) -> String {
        let actions = OperatorActions(queue, by: .current())
        func id(_ text: String) throws -> RelocationID {
            guard let id = RelocationID(text) else { throw CommandFailure(.noInput, "There is no relocation \(text).") }
            return id
        }
        do {
            switch action {
            case .pause(let uuid):
                let outcome = try actions.pause(try id(uuid))
                return "\(uuid) \(outcome == .done ? "is paused" : "will be paused at its next chunk")."
            case .unpause(let uuid):
                try actions.unpause(try id(uuid))
                return "\(uuid) continues."
            case .retry(let uuid):
                try actions.retry(try id(uuid))
                return "\(uuid) continues at the task that failed."
            case .quiet(let name, let isQuiet):
                try actions.quiet(name, isQuiet)
                return "\(name) \(isQuiet ? "takes no more relocations" : "takes relocations again")."
            case .quit: return ""
            }
        } catch {
            return "\(error)"
        }
    }

    private func draw(_ screen: TopScreen, on terminal: RawTerminal) {
        let (columns, rows) = terminal.size
        let color = Terminal.standardOutput.usesColor
        let lines = screen.lines(time: Self.time(), columns: columns, rows: rows).map { line in
            let text = line.color.map { $0.paint(line.text, if: color) } ?? line.text
            // Reverse video is no colour: without it nobody would see where they are.
            return (line.isSelected ? "\u{1B}[7m\(line.text)\u{1B}[0m" : text) + "\u{1B}[K"
        }
        terminal.draw(lines.joined(separator: "\r\n"))
    }

    /// The local time with its offset, to the second.
    private static func time() -> String {
        (Timestamp.local(Timestamp.now()) ?? "").replacing(#/\.\d+/#, with: "")
    }
}
