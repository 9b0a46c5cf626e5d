import ArgumentParser
import Catalogue
import CommandLine
import Extraction

struct ExportCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "export", abstract: "Exports rows of the database into a file that Sentry can import.",
        discussion: """
            Reads everything at one moment and writes byte for byte what Sentry's own export writes. It needs no Redis, and \
            no more than the right to read (SELECT). The file appears whole, with mode 0600, or not at all. If silos are \
            split, each database is read at a moment of its own, as close to the other as possible, unless one database \
            holds both.

            Examples:
              relocation-worker export organizations --filter-org-slugs acme acme.json
              relocation-worker export global --silent - | gzip > backup.json.gz
              relocation-worker export global --encrypt-with relocation.pub backup.tar
              relocation-worker export organizations --for-version 24.3 older.json

            Values of an older form are not made: a rule's owner stays its team or user, and an option stays JSON.

            A row that no export can hold (a number that JSON does not know, broken JSON in a column) ends it with 65 and a \
            finding that names the row.
            """,
        subcommands: [
            ExportUsersCommand.self, ExportOrganizationsCommand.self, ExportConfigCommand.self,
            ExportGlobalCommand.self, ExportEventsCommand.self,
        ])
}

struct ExportUsersCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "users", abstract: "Exports users with their e-mail addresses and options.")

    @OptionGroup var options: ExportOptions
    @OptionGroup var users: ExportedUsersOptions

    func run() throws { try ExportRun(scope: .users, options: options).run { try users.selection() } }
}

struct ExportOrganizationsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "organizations", abstract: "Exports organizations with what they own, and users.",
        discussion: """
            With --filter-org-slugs only the named organizations and their members are exported. Rows that may belong to no \
            organization at all (saved searches) are always exported.
            """)

    @OptionGroup var options: ExportOptions

    @Option(
        name: .customLong("filter-org-slugs"),
        help: ArgumentHelp(
            "Export only these organizations: slugs separated by commas, spelled exactly as in the database.",
            valueName: "slugs"))
    var slugs: String?

    func run() throws {
        try ExportRun(scope: .organizations, options: options).run {
            guard let slugs else { return .everything }
            return .organizationSlugs(try RowSelection.names(parsing: slugs))
        }
    }
}

struct ExportConfigCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "config", abstract: "Exports options, relays, roles and the users with global rights.")

    @OptionGroup var options: ExportOptions

    func run() throws { try ExportRun(scope: .config, options: options).run { .everything } }
}

struct ExportGlobalCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "global", abstract: "Exports the whole installation.")

    @OptionGroup var options: ExportOptions

    func run() throws { try ExportRun(scope: .global, options: options).run { .everything } }
}
