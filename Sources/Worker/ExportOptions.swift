import ArgumentParser
import Catalogue
import CommandLine
import Extraction
import Storage

internal import Foundation

/// The flags of `export` in every scope.
struct ExportOptions: ParsableArguments {
    @Argument(
        help: ArgumentHelp("File to write; - is standard output.", valueName: "dest"), completion: .file(),
        transform: PathArgument.parse)
    var destination = "-"

    @OptionGroup var encryption: EncryptOptions

    @Option(
        parsing: .unconditional,
        help:
            "Blanks for each level, \(maxIndent) at most; none with 0 or a negative number. What is encrypted has none."
    )
    var indent = 2

    private static let maxIndent = 256

    @Option(
        name: .customLong("findings-file"),
        help: ArgumentHelp(
            "File for the finding that ends an export, as JSON; [] if there is none.", valueName: "file"),
        transform: PathArgument.parse)
    var findingsFile: String?

    @Option(
        name: .customLong("for-version"),
        help: ArgumentHelp(
            """
            Version of Sentry that will import the file, such as 24.3: what it does not know is left out and counted. Versions \
            from \(VersionForm.versions.lowerBound) to \(VersionForm.versions.upperBound) are told apart.
            """,
            valueName: "version"),
        transform: parseVersion)
    var forVersion: SentryVersion?

    @Flag(name: .customLong("no-prompt"), help: "Ask nothing. An export never does; Sentry's own has the flag.")
    var noPrompt = false

    @Flag(help: "Print no messages except errors.")
    var silent = false

    @OptionGroup(title: "Source") var database: SourceOptions

    private static func parseVersion(_ text: String) throws -> SentryVersion {
        guard let version = SentryVersion(text), VersionForm.versions.contains(version) else {
            throw ValidationError(
                "'\(text)' is no version of Sentry from \(VersionForm.versions.lowerBound) to "
                    + "\(VersionForm.versions.upperBound). Write it as 24.3 or 24.3.0.")
        }
        return version
    }

    func validate() throws {
        guard indent <= Self.maxIndent else {
            throw ValidationError("--indent takes at most \(Self.maxIndent) blanks.")
        }
    }
}

/// The database that an export reads.
struct SourceOptions: ParsableArguments {
    @OptionGroup var database: DatabaseOptions
    @OptionGroup var control: ControlDatabaseOption

    /// Pages of a large table, and the time a full disk or a slow reader takes, may need long.
    private static let timeouts = DatabaseTimeouts(lockMilliseconds: 60_000, statementMilliseconds: 600_000)

    func open() throws -> Destination {
        let region = try DestinationOptions.url(of: database)
        let control = try control.url()
        do {
            let opened = try DatabaseConnector.openForReading(region, timeouts: Self.timeouts)
            guard let control else { return Destination(opened) }
            return Destination(
                region: opened, control: try DatabaseConnector.openForReading(control, timeouts: Self.timeouts))
        } catch {
            throw CommandFailure(error)
        }
    }
}

/// The users to export.
struct ExportedUsersOptions: ParsableArguments {
    @Option(
        name: .customLong("filter-usernames"),
        help: ArgumentHelp(
            "Export only these users: names separated by commas, spelled exactly as in the database.",
            valueName: "names"))
    var usernames: String?

    @Option(
        name: .customLong("filter-usernames-file"),
        help: ArgumentHelp("File with the user names, separated by commas.", valueName: "file"), completion: .file())
    var usernamesFile: String?

    func validate() throws {
        if usernames != nil, usernamesFile != nil {
            throw ValidationError("--filter-usernames and --filter-usernames-file exclude each other.")
        }
    }

    func selection() throws -> RowSelection {
        if let usernames { return .usernames(try RowSelection.names(parsing: usernames)) }
        guard let usernamesFile else { return .everything }
        // The message names the file. The reason is rarely known.
        guard let file = FileHandle(forReadingAtPath: usernamesFile), let data = try? file.readToEnd() ?? Data() else {
            throw CommandFailure(.noInput, "Cannot read the file of user names \(usernamesFile).")
        }
        guard let text = String(validating: data, as: UTF8.self) else {
            throw CommandFailure(.badData, "The file of user names \(usernamesFile) is not UTF-8 text.")
        }
        return .usernames(try RowSelection.names(parsing: text))
    }
}
