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
    @OptionGroup(title: "Destination") var destination: DestinationOptions

    func run() throws {
        let report = try RelocationQueue(try redis.configuration()).serverReport()
        print("Redis \(report.version): reachable.")
        for warning in report.warnings { print("Warning: \(warning)") }
        let mismatches: [SchemaMismatch]
        do {
            let settings = try destination.settings()
            mismatches = try settings.open().mismatches(with: settings.catalogue)
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
    }
}
