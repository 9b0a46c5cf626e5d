import ArgumentParser
import CommandLine
import Operations

struct RecoverCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "recover", abstract: "Tries the task at which a relocation failed once more.",
        discussion: """
            Unlike retry it gives the task one more attempt, not all of them, and it does not bring back what an operator has \
            ended. A plain import goes on as after retry.
            """)

    @OptionGroup var relocation: RelocationArgument

    @Option(
        name: .customLong("until-step"),
        help: ArgumentHelp("Pause when this step begins.", valueName: "step"))
    var untilStep: String?

    func run() throws {
        let (actions, id) = try relocation.actions()
        try actions.recover(id, untilStep: untilStep)
        try Console.printUUID(id.text, state: "continues")
    }
}
