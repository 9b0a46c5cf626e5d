import ArgumentParser
import CommandLine
import Comparison
import ExportFormat

/// `compare LEFT RIGHT`.
// More than eight properties: one per option.
struct CompareCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "compare", abstract: "Tells what an import or anything else has changed between two exports.",
        discussion: """
            LEFT is the export before, RIGHT the one after: an export of the installation into which LEFT was imported, \
            for example. Rows of a model are compared in the order of their primary keys; users, options, addresses, \
            roles and relays in that of their names. Primary keys may differ: a reference must lead to the same row.

            What an import changes on purpose is no difference: a suffix behind a slug or a username, a later date of \
            update, a new password of an unclaimed user, other UUIDs and subscription ids (which must differ). All other \
            fields must be the same. Where rows are missing, repeated or out of order, only that is reported.

            Passwords, tokens and e-mail addresses are shown obscured. Other values are shown as they are.

            --fast reads each file once, computes a digest of each row, and applies the rules only to rows whose digests \
            differ. It does not find what the rules object to in equal rows, such as a UUID that should have changed.

            The report goes to standard output, messages and progress to standard error. No Redis is needed.

            Examples:
              relocation-enqueue compare before.json after.json
              relocation-enqueue compare --decrypt-left-with key.pem backup.tar --findings-file f.json after.json
              relocation-enqueue compare --fast --json monday.json tuesday.json

            Exit codes: 0 equal, 1 different, 64 usage, 65 a file that cannot be compared, 66 no such file, 73 cannot \
            write the findings file, 77 permission, 130 interrupted.
            """)

    @Argument(
        help: "The export before: a JSON file, compressed or not, an encrypted tarball, or - for standard input.",
        transform: PathArgument.parse)
    var left: String

    @Argument(
        help: "The export after, in the same forms.",
        transform: PathArgument.parse)
    var right: String

    @Option(
        name: .customLong("decrypt-left-with"),
        help: ArgumentHelp("File with the private key (PEM) of LEFT.", valueName: "file"), transform: PathArgument.parse
    )
    var decryptLeftWith: String?

    @Option(
        name: .customLong("decrypt-right-with"),
        help: ArgumentHelp("File with the private key (PEM) of RIGHT.", valueName: "file"),
        transform: PathArgument.parse)
    var decryptRightWith: String?

    @Option(
        name: .customLong("decrypt-left-with-command"),
        help: ArgumentHelp(
            "Program that decrypts the key of LEFT, as --decrypt-with-command of decrypt.", valueName: "command"))
    var decryptLeftWithCommand: String?

    @Option(
        name: .customLong("decrypt-right-with-command"),
        help: ArgumentHelp("The same for RIGHT.", valueName: "command"))
    var decryptRightWithCommand: String?

    @Option(
        name: .customLong("findings-file"),
        help: ArgumentHelp(
            "File to write all differences to, as JSON. It stays empty if the files cannot be compared.",
            valueName: "file"),
        transform: PathArgument.parse)
    var findingsFile: String?

    @Flag(help: "Apply the rules only to rows that are not written the same on both sides.")
    var fast = false

    @Flag(help: "Print all differences and the sums as one JSON object, for scripts.")
    var json = false

    func validate() throws {
        guard left != "-" || right != "-" else { throw ValidationError("Only one side can be standard input.") }
    }

    func leftOpener() throws -> TarballOpener? {
        try TarballKeys.opener(
            path: decryptLeftWith, command: decryptLeftWithCommand, flag: "--decrypt-left-with")
    }

    func rightOpener() throws -> TarballOpener? {
        try TarballKeys.opener(
            path: decryptRightWith, command: decryptRightWithCommand, flag: "--decrypt-right-with")
    }

    func run() throws {
        let summary = try CompareRun(self).run()
        if summary.findings > 0 { throw CommandFailure(.failure) }
    }
}
