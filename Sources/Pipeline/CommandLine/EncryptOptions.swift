public import ArgumentParser
public import ExportFormat

/// Who may open what is written.
public struct EncryptOptions: ParsableArguments {
    @Option(
        name: .customLong("encrypt-with"),
        help: ArgumentHelp(
            "File with the RSA public key (PEM) of whoever may open the result: it becomes an encrypted tarball.",
            valueName: "file"), transform: PathArgument.parse)
    public var encryptWith: String?

    @Option(
        name: .customLong("encrypt-with-command"),
        help: ArgumentHelp(
            """
            Program, with its arguments, that encrypts the tarball's key: it reads the key on standard input and writes it \
            encrypted to standard output, at most \(TarballSeal.maxExchangeBytes) bytes. No shell runs it; quotes keep blanks in a word. It has 60 seconds. With \
            --encrypt-with, that key is only stored in the tarball.
            """,
            valueName: "command"))
    public var encryptWithCommand: String?

    public init() {}

    /// Nil if nothing is to be encrypted. Throws `CommandFailure` and `ExportError`.
    public func seal() throws -> TarballSeal? {
        try TarballKeys.seal(path: encryptWith, command: encryptWithCommand, flag: "--encrypt-with")
    }
}
