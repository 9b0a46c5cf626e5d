import ArgumentParser
import Operations
import Queue

struct CancelCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "cancel", abstract: "Ends a relocation at its next chunk. Imported rows stay.",
        discussion: "`retry UUID` lets it go on after all; a bare `retry` leaves it alone.")

    @OptionGroup var relocation: RelocationArgument

    @Option(
        name: .customLong("at-step"),
        help: ArgumentHelp(
            "When this step begins, not at the next task. For relocations with steps.", valueName: "step"))
    var atStep: String?

    func run() throws {
        let (actions, id) = try relocation.actions()
        OutcomeText.say(try actions.cancel(id, atStep: atStep), "cancelled", atStep)
    }
}

struct AbortCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "abort", abstract: "Ends a relocation now: its worker loses its lease. Imported rows stay.",
        discussion: "`retry UUID` lets it go on after all; a bare `retry` leaves it alone.")

    @OptionGroup var relocation: RelocationArgument

    func run() throws {
        let (actions, id) = try relocation.actions()
        try actions.abort(id)
        Console(isSilent: false).say("The relocation is aborted.")
    }
}

struct DeleteCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "delete", abstract: "Removes the tasks of a relocation from Redis. Imported rows stay.",
        discussion: """
            Only for a relocation that is paused or has ended. Its status stays known. It asks first; without a terminal: \
            --no-prompt.
            """)

    @OptionGroup var relocation: RelocationArgument

    @Flag(name: .customLong("no-prompt"), help: "Never ask for confirmation.")
    var noPrompt = false

    func run() throws {
        let (queue, id) = try relocation.open()
        _ = try queue.status(id.text)
        let actions = OperatorActions(queue, by: .current())
        if !noPrompt {
            try Confirmation.needTerminal()
            let question = "The tasks of the relocation \(id) are removed for good: only its file can bring them back."
            guard Confirmation.isGiven(question, otherwise: "Nothing was deleted.") else { return }
        }
        try actions.delete(id)
        Console(isSilent: false).say("The tasks of the relocation are removed from Redis.")
    }
}

/// The result of a request, in words.
enum OutcomeText {
    static func say(_ outcome: OperatorOutcome, _ state: String, _ step: String? = nil) {
        let text =
            switch outcome {
            case .done: "The relocation is \(state)."
            case .requested:
                "The relocation will be \(state) "
                    + (step.map { "when \($0.uppercased()) begins." } ?? "at its next chunk.")
            case .unchanged: "The relocation was \(state) already."
            }
        Console(isSilent: false).say(text)
    }
}
