import ArgumentParser
import CommandLine
import Reporting
import Relocation
import WorkerRuntime
import Import
import Storage

internal import Foundation

/// The database that imports write to.
struct DestinationOptions: ParsableArguments {
    @OptionGroup var database: DatabaseOptions
    @OptionGroup var controlDatabase: ControlDatabaseOption

    @Option(
        name: .customLong("url-prefix"),
        help: ArgumentHelp(
            """
            Public address of this Sentry, written into new organization tokens (RELOCATION_URL_PREFIX; default \
            \(DestinationOptions.defaultURLPrefix)). If empty, organization tokens that need a new value are dropped.
            """,
            valueName: "url"))
    var urlPrefix: String?

    @Option(
        name: .customLong("region-url"),
        help: ArgumentHelp(
            "Address of this region in new organization tokens (RELOCATION_REGION_URL; default: the URL prefix).",
            valueName: "url"))
    var regionURL: String?

    /// The address of a development installation. Only the digest of a new token is kept, so the address rarely
    /// matters.
    static let defaultURLPrefix = "http://localhost:8000"

    func settings() throws -> DestinationSettings {
        let environment = Environment.process
        let instance = InstanceSettings(
            urlPrefix: try urlPrefix ?? environment.value("RELOCATION_URL_PREFIX") ?? Self.defaultURLPrefix,
            regionURL: try regionURL ?? environment.value("RELOCATION_REGION_URL"))
        return DestinationSettings(
            region: try Self.url(of: database), control: try controlDatabase.url(environment), instance: instance)
    }

    static func url(of database: DatabaseOptions) throws -> DatabaseURL {
        try parse(try database.url(folder: FileManager.default.currentDirectoryPath))
    }

    fileprivate static func parse(_ text: String) throws(CommandFailure) -> DatabaseURL {
        do { return try DatabaseURL(text) } catch { throw CommandFailure(.usage, error.description) }
    }
}

/// The control silo's database, if silos are split.
struct ControlDatabaseOption: ParsableArguments {
    @Option(
        name: .customLong("control-database-url"),
        help: ArgumentHelp(
            "Database of the control silo, if silos are split. Also RELOCATION_CONTROL_DATABASE_URL or RELOCATION_CONTROL_DATABASE_URL_FILE, which may contain a password; this option may not.",
            valueName: "url"))
    var controlDatabaseURL: String?

    func url(_ environment: Environment = .process) throws -> DatabaseURL? {
        let variable = "RELOCATION_CONTROL_DATABASE_URL"
        if let controlDatabaseURL {
            try DatabasePassword.refuse(in: controlDatabaseURL, flag: "--control-database-url", variable: variable)
            return try DestinationOptions.parse(controlDatabaseURL)
        }
        return try environment.value(variable).map { text throws in try DestinationOptions.parse(text) }
    }
}

extension CommandFailure {
    /// A database's refusal as this program ends with it.
    init(_ error: StorageError) {
        let status: CommandExit =
            switch error.kind {
            case .unavailable, .contention, .full: .unavailable
            case .readOnly, .permissionDenied: .noPermission
            case .schemaMismatch, .occupied: .badSchema
            case .cannotCreate: .cannotCreate
            case .uniqueViolation, .foreignKeyViolation, .notNullViolation, .checkViolation, .invalidValue, .leaseLost,
                .other:
                .internalError
            }
        self.init(status, error.description)
    }
}
