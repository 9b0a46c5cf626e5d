import ArgumentParser
import Catalogue
import CommandLine
import Reporting
import Relocation
import WorkerRuntime
import Queue
import Storage

struct MigrateCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "migrate", abstract: "Creates every table in an empty database.",
        discussion: """
            Needs no Redis. Running it again changes nothing. A database that holds other tables is refused: a database \
            of Sentry itself needs no migration (relocation-worker check compares its schema).
            """)

    @OptionGroup(title: "Destination") var destination: DestinationOptions

    func run() throws {
        let settings = try destination.settings()
        for url in [settings.region, settings.control].compactMap(\.self) {
            do {
                switch try DatabaseConnector.open(url, create: true).schema.migrate(settings.catalogue.tables) {
                case .created(let tables): print("Created \(tables) tables in \(url).")
                case .unchanged: print("All tables exist already in \(url); nothing was changed.")
                }
            } catch {
                throw CommandFailure(error)
            }
        }
    }
}

struct CheckCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check",
        abstract: "Connects to Redis and the database, and compares the live schema with the expected one.",
        discussion: "Prints every mismatch. Exits with 78 if one of them would make an import fail or lose data.")

    @OptionGroup(title: "Queue") var redis: RedisOptions
    @OptionGroup(title: "Queue") var destinationName: DestinationNameOption
    @OptionGroup(title: "Destination") var destination: DestinationOptions

    func run() throws {
        let queue = try RelocationQueue(try redis.configuration())
        let report = try queue.serverReport()
        print("Redis \(report.version): reachable.")
        for warning in report.warnings { print("Warning: \(warning)") }
        let mismatches: [SchemaMismatch]
        let entry = try queue.destination(try destinationName.name())
        let isTaken: Bool
        do {
            let settings = try destination.settings()
            let opened = try settings.open()
            isTaken = entry.map { $0.identity != opened.identity } ?? false
            mismatches = try opened.mismatches(with: settings.catalogue)
        } catch let error as StorageError {
            throw CommandFailure(error)
        }
        for mismatch in mismatches {
            print("\(mismatch.isFatal ? "Mismatch" : "Differs"): \(mismatch.place): \(mismatch.message)")
        }
        let fatal = mismatches.filter(\.isFatal).count
        guard fatal == 0 else {
            throw CommandFailure(.badSchema, "\(fatal) of \(mismatches.count) mismatches would make imports fail.")
        }
        print("Database: reachable, the schema fits.")
        try tellOwner(entry, isTaken: isTaken)
    }

    /// Tells whose the destination's name is.
    private func tellOwner(_ entry: DestinationEntry?, isTaken: Bool) throws {
        let name = try destinationName.name()
        guard let entry else { return print("Destination \(name): free. `run` gives the name to this database.") }
        guard !isTaken else {
            throw CommandFailure(
                .badSchema,
                "The destination \(name) belongs to another database: \(entry.address) (registered by worker "
                    + "\(entry.registeredBy)). Serve this database under another name (--destination), or take this "
                    + "name over with run --rebind.")
        }
        print("Destination \(name): this database.")
    }
}
