import ArgumentParser
import Catalogue
import CommandLine
import Cutting
import ExportFormat
import Glibc
import Queue
import Reporting
import TaskFormat

struct UsersCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "users", abstract: "Queues the users of an export: users, e-mail addresses and options.",
        discussion: """
            Imported users lose their privileges and their password and must claim their account. A user whose name is \
            taken gets a suffix. With --merge-users the user becomes the existing user, who keeps the existing rows.
            """)

    @OptionGroup var file: SourceArgument
    @OptionGroup var options: ImportOptions
    @OptionGroup var filter: UserFilterOptions

    @Flag(name: .customLong("merge-users"), help: "Treat a user whose name exists already as that user.")
    var mergeUsers = false

    func run() throws {
        var flags = RelocationOptions()
        flags.mergeUsers = mergeUsers
        try ImportCommand(scope: .users, source: file.source, arguments: options, flags: flags, filter: filter.filter)
            .run()
    }
}

struct OrganizationsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "organizations",
        abstract: "Queues the organizations of an export with their users, teams, projects and alerts.",
        discussion: """
            Every organization is created as a new one: if its slug is taken, it gets another slug. --filter-org-slugs \
            imports only the named organizations and their members.
            """)

    @OptionGroup var file: SourceArgument
    @OptionGroup var options: ImportOptions

    @Option(
        name: .customLong("filter-org-slugs"),
        help: ArgumentHelp(
            "Import only these organizations: slugs separated by commas, spelled exactly as in the export.",
            valueName: "slugs"))
    var slugs: String?

    @Flag(name: .customLong("merge-users"), help: "Treat a user whose name exists already as that user.")
    var mergeUsers = false

    func run() throws {
        var flags = RelocationOptions()
        flags.mergeUsers = mergeUsers
        let slugs = slugs
        try ImportCommand(scope: .organizations, source: file.source, arguments: options, flags: flags) {
            try slugs.map { text throws(ExportError) in try ExportFilter.organizationSlugs(parsing: text) }
        }.run()
    }
}

struct ConfigCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "config", abstract: "Queues an installation's options, relays, roles and privileged users.",
        discussion:
            "Users keep their privileges and must claim their account. A setting that exists already keeps its value.")

    @OptionGroup var file: SourceArgument
    @OptionGroup var options: ImportOptions

    @Flag(name: .customLong("merge-users"), help: "Treat a user whose name exists already as that user.")
    var mergeUsers = false

    @Flag(
        name: .customLong("overwrite-configs"), help: "Overwrite settings that exist already with the imported values.")
    var overwriteConfigs = false

    func run() throws {
        var flags = RelocationOptions()
        flags.mergeUsers = mergeUsers
        flags.overwriteConfigs = overwriteConfigs
        try ImportCommand(scope: .config, source: file.source, arguments: options, flags: flags) { nil }.run()
    }
}

struct GlobalCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "global", abstract: "Queues a whole installation: everything in the export, unchanged.",
        discussion: """
            If the destination is one database, all tables that an export can hold are cleared first, in the same \
            transaction as the import: either the import succeeds or nothing changes. Take a backup first.
            """)

    @OptionGroup var file: SourceArgument
    @OptionGroup var options: ImportOptions

    func validate() throws {
        guard !options.noPrompt, !options.check else { return }
        if file.source == "-" {
            throw ValidationError("With the export on standard input there is no prompt: add --no-prompt to confirm.")
        }
        try Confirmation.needTerminal()
    }

    func run() throws {
        if !options.check, !options.noPrompt, !(try isConfirmed()) { return }
        try ImportCommand(scope: .global, source: file.source, arguments: options, flags: RelocationOptions()) { nil }
            .run()
    }

    private func isConfirmed() throws -> Bool {
        let name = try options.destinationName.name()
        let entry = try RelocationQueue(try options.redis.configuration()).destination(name)
        return Confirmation.isGiven(
            "A global import deletes the low-volume data of \(name.words(entry)) for good (users, organizations, "
                + "projects, settings). Take a backup first.", otherwise: "Nothing was imported.")
    }
}
