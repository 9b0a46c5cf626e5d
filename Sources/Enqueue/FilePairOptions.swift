import ArgumentParser
import CommandLine

/// The arguments of a command that writes one file from another.
struct FilePairOptions: ParsableArguments {
    @Argument(
        help: ArgumentHelp(
            "File to write, whole or not at all; an existing one is replaced. - is standard output.",
            valueName: "dest"),
        completion: .file(), transform: PathArgument.parse)
    var destination: String

    @Option(
        name: .customLong("src"), help: ArgumentHelp("File to read; - is standard input.", valueName: "file"),
        completion: .file(), transform: PathArgument.parse)
    var source: String

    /// Throws if the file to write is one that the command reads.
    func requireOutput() throws(CommandFailure) { try OutputGuard.requireUnread(destination, "DEST") }

    /// The names for messages.
    var words: String {
        "\(source == "-" ? "standard input" : source) to \(destination == "-" ? "standard output" : destination)"
    }
}
