import ArgumentParser
import Catalogue
import CommandLine
import Reporting
import Relocation
import WorkerRuntime
import Storage
import TaskFormat

struct MigrateCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "migrate", abstract: "Creates every table in an empty database, and the ledger.",
        discussion: """
            Needs no Redis. Running it again changes nothing, but for a ledger that is missing or older: it is added or \
            upgraded. A database that holds other tables is refused. A database of Sentry itself needs no migration \
            (relocation-worker check compares its schema); nothing is changed there without --ledger.

            The ledger is a small schema of our own (PostgreSQL: schema relocation, SQLite: tables relocation_*). It \
            remembers every import: file, options, counts, who queued it, when it ended. With it, another file under a \
            known UUID is refused even if Redis has forgotten the import, and relocation-worker imports lists all of \
            them. --ledger adds it to a database of Sentry and touches nothing else there. If silos are split, it lies \
            in the region's database.
            """)

    @Flag(help: "Only add or upgrade the ledger, in any database.")
    var ledger = false

    @OptionGroup(title: "Destination") var destination: DestinationOptions

    func run() throws {
        let settings = try destination.settings()
        do {
            guard !ledger else { return try migrateLedger(settings.region) }
            let isOurs = try migrate(settings.region, settings)
            if let control = settings.control { _ = try migrate(control, settings) }
            if isOurs { try migrateLedger(settings.region) }
        } catch {
            throw CommandFailure(error)
        }
    }

    /// Returns whether the database is ours: the ledger is added without being asked for there alone.
    private func migrate(_ url: DatabaseURL, _ settings: DestinationSettings) throws(StorageError) -> Bool {
        switch try DatabaseConnector.open(url, create: true).schema.migrate(settings.catalogue.tables) {
        case .created(let tables): print("Created \(tables) tables in \(url).")
        case .unchanged: print("All tables exist already in \(url); nothing was changed.")
        case .amongOthers:
            print(
                "All tables exist already in \(url), among those of another program; nothing was changed. "
                    + "relocation-worker migrate --ledger adds the ledger alone.")
            return false
        }
        return true
    }

    private func migrateLedger(_ url: DatabaseURL) throws(StorageError) {
        let admin = LedgerAdmin(try DatabaseConnector.open(url))
        switch try admin.migrate(toolVersion: ToolVersion.current, now: WallClock.now()) {
        case .created: print("Created the ledger in \(url).")
        case .upgraded: print("Upgraded the ledger in \(url).")
        case .unchanged: print("The ledger in \(url) is up to date.")
        }
    }
}
