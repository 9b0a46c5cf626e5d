import ArgumentParser
import Catalogue
import CommandLine
import Cutting
import ExportFormat
import Operations
import TaskFormat

/// `plan`: what an import would do.
// More than eight properties: one per option.
struct PlanCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "plan", abstract: "Tells what an import would do with each row, and writes nothing.",
        discussion: """
            A worker of the destination runs the import against the database at one moment, with all writes held apart: no \
            row, no id and no lock is taken, and the database's role needs SELECT only. The plan says per model how many rows \
            would be inserted, matched (existing), overwritten, renamed or dropped and why, which users and organizations \
            collide with what, what Sentry's own import would lose, how much room it takes and how long.

            It waits, and prints the plan instead of a UUID. An import with --plan FILE then does exactly that, down to the \
            new names, or nothing.

            With --learn it shows in full what is learned of each model that no catalogue knows: table, columns, what they \
            refer to and what tells that, unique columns, scope, rows (in JSON: plan.learned). What only a name tells is \
            open until --learn-reference confirms or denies it; until then the import would fail.

            Exit codes: 0 the import is possible, 1 it would fail (the finding says at which row) or has models that \
            cannot be learned yet (the plan says what to type), 78 the destination's schema \
            does not fit.

            Example:
              relocation-enqueue plan organizations --out plan.json export.json
              relocation-enqueue organizations --plan plan.json --wait export.json

            plan relocate --owner USERNAME --orgs a,b also tells what the scan would refuse, and whether the destination knows \
            the owner and the creator.
            """)

    /// What is planned.
    enum Kind {
        case scope(ImportScope)
        case relocation
    }

    @Argument(
        help: "users, organizations, config, global or relocate.",
        transform: { text in
            if text == "relocate" { return .relocation }
            guard let scope = ImportScope(rawValue: text) else {
                throw ValidationError("plan takes users, organizations, config, global or relocate, then the export.")
            }
            return .scope(scope)
        })
    var kind: Kind

    @OptionGroup var export: SourceArgument
    @OptionGroup var file: FileOptions
    @OptionGroup var users: UserFilterOptions
    @OptionGroup var wanted: WantedRelocation

    @Option(
        name: .customLong("filter-org-slugs"),
        help: ArgumentHelp("Of organizations: only these, slugs separated by commas.", valueName: "slugs"))
    var slugs: String?

    @Flag(name: .customLong("merge-users"), help: "Treat a user whose name exists already as that user.")
    var mergeUsers = false

    @Flag(name: .customLong("overwrite-configs"), help: "Of config: overwrite settings that exist already.")
    var overwriteConfigs = false

    @Option(help: ArgumentHelp("File to write the plan to, as JSON.", valueName: "file"))
    var out: String?

    @Flag(help: "Print the plan as one JSON object.")
    var json = false

    @Option(
        name: .customLong("findings-file"),
        help: ArgumentHelp("File to write the findings to, as JSON. It is written in every outcome.", valueName: "file")
    )
    var findingsFile: String?

    @Flag(name: .customLong("no-prompt"), help: "Accepted as by the import; a plan never asks.")
    var noPrompt = false

    @Flag(help: "Print only the plan.")
    var silent = false

    @OptionGroup(title: "Queue") var redis: RedisOptions
    @OptionGroup(title: "Queue") var destinationName: DestinationNameOption
    @OptionGroup(title: "Queue") var payloadKeys: PayloadKeyOptions
    @OptionGroup(title: "Traces") var traces: TraceOptions

    /// That of the rows.
    var scope: ImportScope { if case .scope(let scope) = kind { scope } else { .organizations } }

    /// What a relocation with steps wants; nil for a plain import.
    var request: RelocateRequest? { if case .relocation = kind { wanted.request() } else { nil } }

    func validate() throws {
        if case .relocation = kind {
            try wanted.requireWhole()
            if slugs != nil || mergeUsers {
                throw ValidationError("relocate has --orgs, and merges no users of a file.")
            }
        } else if wanted.isGiven {
            throw ValidationError("--owner, --creator, --orgs and the limits are for plan relocate.")
        }
        if slugs != nil, scope != .organizations { throw ValidationError("--filter-org-slugs is for organizations.") }
        if users.isGiven, scope != .users { throw ValidationError("A filter of user names is for users.") }
        if overwriteConfigs, scope != .config { throw ValidationError("--overwrite-configs is for config.") }
        if mergeUsers, scope == .global { throw ValidationError("--merge-users is not for global.") }
    }

    func run() throws { try PlanningRun(arguments: self).run() }

    func filter() throws -> ExportFilter? {
        if let request { return .organizationSlugs(Set(request.organizations)) }
        guard let slugs else { return try users.filter() }
        return try ExportFilter.organizationSlugs(parsing: slugs)
    }
}
