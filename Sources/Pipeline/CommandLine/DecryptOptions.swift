public import ArgumentParser
public import ExportFormat

/// What opens an encrypted tarball.
public struct DecryptOptions: ParsableArguments {
    @Option(
        name: .customLong("decrypt-with"),
        help: ArgumentHelp("File with the private key (PEM) of an encrypted tarball.", valueName: "file"),
        transform: PathArgument.parse)
    public var decryptWith: String?

    @Option(
        name: .customLong("decrypt-with-command"),
        help: ArgumentHelp(
            """
            Program, with its arguments, that decrypts the tarball's key: it reads data.key on standard input and writes the \
            44 characters of the key to standard output. No shell runs it; quotes keep blanks in a word. It has 60 seconds.
            """,
            valueName: "command"))
    public var decryptWithCommand: String?

    public init() {}

    /// Nil if no option says it. Throws `CommandFailure`.
    public func opener() throws -> TarballOpener? {
        try TarballKeys.opener(path: decryptWith, command: decryptWithCommand, flag: "--decrypt-with")
    }
}
