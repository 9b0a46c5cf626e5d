import ArgumentParser
import Operations
import Queue

struct PauseCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "pause", abstract: "Pauses a relocation at its next chunk, until unpause.")

    @OptionGroup var relocation: RelocationArgument

    func run() throws { OutcomeText.say(try relocation.actions().pause(relocation.uuid), "paused") }
}

struct UnpauseCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "unpause", abstract: "Lets a paused relocation continue.")

    @OptionGroup var relocation: RelocationArgument

    func run() throws {
        try relocation.actions().unpause(relocation.uuid)
        Console(isSilent: false).say("The relocation continues.")
    }
}

struct CancelCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "cancel", abstract: "Ends a relocation at its next chunk. Imported rows stay.")

    @OptionGroup var relocation: RelocationArgument

    func run() throws { OutcomeText.say(try relocation.actions().cancel(relocation.uuid), "cancelled") }
}

struct AbortCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "abort", abstract: "Ends a relocation now: its worker loses its lease. Imported rows stay.")

    @OptionGroup var relocation: RelocationArgument

    func run() throws {
        try relocation.actions().abort(relocation.uuid)
        Console(isSilent: false).say("The relocation is aborted.")
    }
}

struct DeleteCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "delete", abstract: "Removes the tasks of a relocation from Redis. Imported rows stay.",
        discussion: "Only for a relocation that is paused or has ended. Its status stays known.")

    @OptionGroup var relocation: RelocationArgument

    func run() throws {
        try relocation.actions().delete(relocation.uuid)
        Console(isSilent: false).say("The tasks of the relocation are removed from Redis.")
    }
}

/// The result of a request, in words.
enum OutcomeText {
    static func say(_ outcome: OperatorOutcome, _ state: String) {
        let text =
            switch outcome {
            case .done: "The relocation is \(state)."
            case .requested: "The relocation will be \(state) at its next chunk."
            case .unchanged: "The relocation was \(state) already."
            }
        Console(isSilent: false).say(text)
    }
}
