import ArgumentParser
import Catalogue
import Export

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
