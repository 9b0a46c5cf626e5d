import ArgumentParser
import Catalogue
import Cutting
import ExportFormat
import TaskFormat

struct UsersCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "users", abstract: "Queues the users of an export: users, e-mail addresses and options.",
        discussion: """
            Imported users lose their privileges and password and are unclaimed. A user name that exists already gets a \
            suffix, or with --merge-users is taken to be the existing user, which keeps its own rows.
            """)

    @OptionGroup var options: ImportOptions
    @OptionGroup var filter: UserFilterOptions

    @Flag(name: .customLong("merge-users"), help: "Take a user whose name exists already to be that user.")
    var mergeUsers = false

    func run() throws {
        var flags = RelocationOptions()
        flags.mergeUsers = mergeUsers
        try ImportCommand(scope: .users, arguments: options, flags: flags, filter: filter.filter).run()
    }
}

struct OrganizationsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "organizations",
        abstract: "Queues the organizations of an export with their users, teams, projects and alerts.",
        discussion: """
            Organizations are always new: one whose slug is taken gets another. With --filter-org-slugs only these \
            organizations and their members come over.
            """)

    @OptionGroup var options: ImportOptions

    @Option(
        name: .customLong("filter-org-slugs"),
        help: ArgumentHelp(
            "Only these organizations: slugs separated by commas, exactly as they stand.", valueName: "slugs"))
    var slugs: String?

    @Flag(name: .customLong("merge-users"), help: "Take a user whose name exists already to be that user.")
    var mergeUsers = false

    func run() throws {
        var flags = RelocationOptions()
        flags.mergeUsers = mergeUsers
        let slugs = slugs
        try ImportCommand(scope: .organizations, arguments: options, flags: flags) {
            try slugs.map { text throws(ExportError) in try ExportFilter.organizationSlugs(parsing: text) }
        }.run()
    }
}

struct ConfigCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "config", abstract: "Queues an installation's options, relays, roles and privileged users.",
        discussion: "Users keep their privileges and are unclaimed. A setting that exists already is left alone.")

    @OptionGroup var options: ImportOptions

    @Flag(name: .customLong("merge-users"), help: "Take a user whose name exists already to be that user.")
    var mergeUsers = false

    @Flag(name: .customLong("overwrite-configs"), help: "Give settings that exist already the imported values.")
    var overwriteConfigs = false

    func run() throws {
        var flags = RelocationOptions()
        flags.mergeUsers = mergeUsers
        flags.overwriteConfigs = overwriteConfigs
        try ImportCommand(scope: .config, arguments: options, flags: flags) { nil }.run()
    }
}

struct GlobalCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "global", abstract: "Queues a whole installation: everything, as it was.",
        discussion: """
            On one database all catalogued tables are cleared first, in the same transaction as the import: either the \
            import succeeds or nothing has changed. Take a backup before.
            """)

    @OptionGroup var options: ImportOptions

    func validate() throws {
        if options.source == "-", !options.noPrompt, !options.check {
            throw ValidationError("An export on standard input leaves nobody to ask: add --no-prompt.")
        }
    }

    func run() throws {
        if !options.check, !options.noPrompt, !Confirmation.isGiven() { return }
        try ImportCommand(scope: .global, arguments: options, flags: RelocationOptions()) { nil }.run()
    }
}

/// Asks before data is deleted.
enum Confirmation {
    static func isGiven() -> Bool {
        let voice = Voice(isSilent: false)
        voice.draw(
            "A global import deletes the low-volume data of the destination irrecoverably (users, organizations, "
                + "projects, settings). Take a backup first.\nProceed? [y/N] ")
        let answer = readLine()?.lowercased() ?? ""
        if ["y", "yes"].contains(answer) { return true }
        voice.say("Nothing was imported.")
        return false
    }
}
