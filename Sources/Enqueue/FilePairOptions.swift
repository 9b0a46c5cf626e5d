import ArgumentParser
import CommandLine
import Glibc

/// The arguments of a command that writes one file from another.
struct FilePairOptions: ParsableArguments {
    @Argument(
        help: ArgumentHelp(
            "File to write, whole or not at all; an existing one is replaced. - is standard output.",
            valueName: "dest"),
        completion: .file())
    var destination: String

    @Option(
        name: .customLong("src"), help: ArgumentHelp("File to read; - is standard input.", valueName: "file"),
        completion: .file())
    var source: String

    func validate() throws {
        guard let source = Self.identity(source), source == Self.identity(destination) else { return }
        throw ValidationError("DEST is the file to read itself; name another one.")
    }

    /// What a regular file is known by; nil for everything else.
    private static func identity(_ path: String) -> [UInt]? {
        var status = stat()
        guard stat(path, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { return nil }
        return [UInt(status.st_dev), UInt(status.st_ino)]
    }

    /// The names for messages.
    var words: String {
        "\(source == "-" ? "standard input" : source) to \(destination == "-" ? "standard output" : destination)"
    }
}
