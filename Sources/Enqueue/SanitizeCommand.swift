import ArgumentParser
import CommandLine

/// `sanitize DEST --src FILE`.
struct SanitizeCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "sanitize", abstract: "Makes a copy of an export without names, addresses and secrets.",
        discussion: """
            The copy has the same rows with the same primary keys and references, in the same order. Names, slugs, texts with \
            secrets, e-mail and IP addresses, URLs, UUIDs and dates are replaced at random: the same text by the same \
            replacement everywhere, dates in their order. Rows of models that exports do not have are left out.

            As in Sentry's own command, columns without a rule keep what they hold: titles, queries, comments, option values, \
            the data of rules. With --thorough these columns are searched, too, JSON in them to its last text. Replaced there \
            are: names, addresses and secrets that are replaced elsewhere; whatever looks like an e-mail address, an IP address \
            or a UUID; all texts and numbers of a member of JSON, a header or an option whose name tells that it holds a secret \
            (password, secret, token, API key, private key, credential, authorization, cookie, DSN …), wherever they stand; and \
            what has the form of a secret: private keys in PEM, user:password@ in URLs, password=…, tokens of well-known makers, \
            32 or more hexadecimal digits, 20 or more letters and digits that look drawn.
            Not found are a secret that is a common word under a name that tells nothing, and one of less than 8 characters \
            outside of its own member or option. Words of a fixed vocabulary (roles, keys of options, platforms) stay, and so do \
            the names of members. A name that is a common word may so be lost in a query or rule. Look through the result before \
            you give it away.

            Without --seed nobody can find out what a text was. Whoever knows the seed can try texts: give the seed and the \
            file to different people, or use no seed.

            The file appears whole, with mode 0600, or not at all. No Redis is needed.

            Examples:
              relocation-enqueue sanitize clean.json --src export.json
              relocation-enqueue sanitize clean.json --src export.tar --decrypt-with key.pem --thorough
              relocation-enqueue sanitize - --src export.json --days-offset=-365 --seed 7 | gzip > clean.json.gz

            Exit codes: 0 done, 64 usage, 65 a file or value that cannot be sanitised (the message names model, primary key \
            and field), 66 no such file, 73 cannot write DEST, 77 permission, 130 interrupted.
            """)

    @OptionGroup var files: FilePairOptions
    @OptionGroup var decryption: DecryptOptions
    @OptionGroup var encryption: EncryptOptions

    @Option(
        name: .customLong("days-offset"), parsing: .unconditional,
        help: ArgumentHelp("Days by which all dates are moved, backwards if negative.", valueName: "days"))
    var daysOffset: Int64 = 0

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp("Number that makes the result repeatable, on any machine.", valueName: "number"))
    var seed: Int64?

    @Flag(
        name: .customLong("keep-unknown"),
        help: """
            Keep rows of unknown models, with every text in their fields replaced by one of the same form; numbers and keys \
            stay.
            """)
    var keepUnknown = false

    @Flag(
        help: """
            Search the columns without a rule, too, for secrets, names and addresses (see above), and take texts without any \
            ASCII character, which Sentry's own command refuses.
            """)
    var thorough = false

    @Flag(help: "Print no messages except errors.")
    var silent = false

    func run() throws { try SanitizeRun(self).run() }
}
