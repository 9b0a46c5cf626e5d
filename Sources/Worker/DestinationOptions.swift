import ArgumentParser
import CommandLine
import Reporting
import Relocation
import WorkerRuntime
import Import
import Storage

internal import Foundation

/// Where imports go.
struct DestinationOptions: ParsableArguments {
    @OptionGroup var database: DatabaseOptions

    @Option(
        name: .customLong("control-database-url"),
        help: ArgumentHelp(
            "The control silo's database, where silos are split (RELOCATION_CONTROL_DATABASE_URL).", valueName: "url"))
    var controlDatabaseURL: String?

    @Option(
        name: .customLong("url-prefix"),
        help: ArgumentHelp(
            """
            Public address of this Sentry, carried by minted organization tokens (RELOCATION_URL_PREFIX; default \
            \(DestinationOptions.defaultURLPrefix)). Empty: tokens that would have to be minted are dropped.
            """,
            valueName: "url"))
    var urlPrefix: String?

    @Option(
        name: .customLong("region-url"),
        help: ArgumentHelp(
            "Address of this region in minted tokens; the prefix where left out (RELOCATION_REGION_URL).",
            valueName: "url"))
    var regionURL: String?

    /// A development installation's own address. Only a minted token's digest is kept, so that the address matters to
    /// nobody but a reference that is told to have none.
    static let defaultURLPrefix = "http://localhost:8000"

    func settings() throws -> DestinationSettings {
        let environment = Environment.process
        let instance = InstanceSettings(
            urlPrefix: try urlPrefix ?? environment.value("RELOCATION_URL_PREFIX") ?? Self.defaultURLPrefix,
            regionURL: try regionURL ?? environment.value("RELOCATION_REGION_URL"))
        return DestinationSettings(
            region: try regionDatabase(), control: try controlDatabase(environment), instance: instance)
    }

    func regionDatabase() throws -> DatabaseURL {
        try parse(try database.url(folder: FileManager.default.currentDirectoryPath))
    }

    private func controlDatabase(_ environment: Environment) throws -> DatabaseURL? {
        let variable = "RELOCATION_CONTROL_DATABASE_URL"
        if let controlDatabaseURL {
            try DatabasePassword.refuse(in: controlDatabaseURL, flag: "--control-database-url", variable: variable)
            return try parse(controlDatabaseURL)
        }
        return try environment.value(variable).map { text throws in try parse(text) }
    }

    private func parse(_ text: String) throws(CommandFailure) -> DatabaseURL {
        do { return try DatabaseURL(text) } catch { throw CommandFailure(.usage, error.description) }
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
