import ArgumentParser
import CommandLine
import Operations
import Queue

struct PauseCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "pause", abstract: "Pauses a relocation at its next chunk, or a whole destination, until unpause.",
        discussion: """
            --all holds the queue of a destination: its workers finish the relocations that they have claimed and take no \
            more. It asks first; without a terminal: --no-prompt. `workers`, `status` and `list` show it.
            """)

    @OptionGroup var target: PauseTarget

    @Flag(name: .customLong("no-prompt"), help: "Never ask for confirmation.")
    var noPrompt = false

    @Option(
        name: .customLong("at-step"),
        help: ArgumentHelp(
            "When this step begins, not at the next task. For relocations with steps.", valueName: "step"))
    var atStep: String?

    func validate() throws {
        if atStep != nil, target.all { throw ValidationError("--at-step is for one relocation, not for --all.") }
    }

    func run() throws {
        let actions = try target.actions()
        guard target.all else {
            return OutcomeText.say(try actions.pause(try target.resolve(), atStep: atStep), "paused", atStep)
        }
        let name = try target.name.name()
        if !noPrompt {
            try Confirmation.needTerminal()
            let question =
                "The workers of the destination \(name) take no more relocations until unpause --all."
            guard Confirmation.isGiven(question, otherwise: "Nothing was paused.") else { return }
        }
        let isNew = try actions.hold(name)
        Console(isSilent: false).say(
            "The queue of the destination \(name) \(isNew ? "is held" : "was held already").")
    }
}

struct UnpauseCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "unpause", abstract: "Lets a paused relocation, or the workers of a destination, continue.",
        discussion: "--all ends a `pause --all`. A relocation that was paused by itself stays paused.")

    @OptionGroup var target: PauseTarget

    @Flag(name: .customLong("no-prompt"), help: "Accepted as for pause; it never asks.")
    var noPrompt = false

    @Option(
        name: .customLong("until-step"),
        help: ArgumentHelp("Pause again when this step begins. For relocations with steps.", valueName: "step"))
    var untilStep: String?

    func validate() throws {
        if untilStep != nil, target.all { throw ValidationError("--until-step is for one relocation, not for --all.") }
    }

    func run() throws {
        let actions = try target.actions()
        let console = Console(isSilent: false)
        guard target.all else {
            try actions.unpause(try target.resolve(), untilStep: untilStep)
            return console.say("The relocation continues.")
        }
        let name = try target.name.name()
        let wasHeld = try actions.letGo(name)
        console.say("The queue of the destination \(name) \(wasHeld ? "goes on" : "was not held").")
    }
}

/// What is paused or goes on: one relocation, or the queue of a destination.
struct PauseTarget: ParsableArguments {
    @Argument(
        help: RelocationReference.help, completion: RelocationReference.completion, transform: RelocationReference.parse
    )
    var uuid: RelocationReference?

    @Flag(help: "The queue of a destination instead of one relocation.")
    var all = false

    @OptionGroup var name: DestinationNameOption

    @OptionGroup(title: "Queue") var redis: RedisOptions

    func validate() throws {
        guard (uuid == nil) == all else {
            throw ValidationError("Give the UUID of one relocation, or --all for the queue of a destination.")
        }
    }

    func actions() throws -> OperatorActions { OperatorActions(try queue(), by: .current()) }

    func resolve() throws -> RelocationID {
        guard let uuid else { throw ValidationError("Give the UUID of one relocation.") }
        return try uuid.resolve(in: try queue())
    }

    private func queue() throws -> RelocationQueue { try RelocationQueue(try redis.configuration()) }
}
