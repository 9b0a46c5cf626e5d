import Catalogue
import Foundation
import ProgramSupport
import Storage
import TestSupport
import Testing

/// Both programs with a destination of one form.
struct LedgerSite {
    enum Form: String, CaseIterable, CustomTestStringConvertible {
        case sqlite, postgres
        /// A SQLite file for each silo.
        case split

        var testDescription: String { rawValue }
    }

    let installation: Installation
    private let region: String
    private let control: String?

    /// - Parameters:
    ///   - ledger: Whether `migrate` makes the tables; otherwise they are there as Sentry makes them.
    ///   - tables: Sentry's tables.
    init(_ form: Form, ledger: Bool = true, tables: [Table] = Catalogue.standard.tables) throws {
        installation = try Installation(migrated: false)
        region =
            switch form {
            case .sqlite, .split: "sqlite://\(installation.folder.file("region.sqlite"))"
            case .postgres: try PostgresServer.shared().createDatabase()
            }
        control = form == .split ? "sqlite://\(installation.folder.file("control.sqlite"))" : nil
        if ledger {
            #expect(try worker("migrate").code == 0)
        } else {
            for url in [region, control].compactMap(\.self) {
                _ = try DatabaseConnector.open(DatabaseURL(url), create: true).schema.migrate(tables)
            }
        }
    }

    var databaseURL: String { region }

    var regionPath: String { String(region.dropFirst("sqlite://".count)) }

    private var environment: [String: String?] {
        [
            "RELOCATION_DATABASE_URL": region, "RELOCATION_CONTROL_DATABASE_URL": control, "SUDO_USER": nil,
            "USER": "ann",
        ]
    }

    @discardableResult
    func worker(_ arguments: String..., environment changes: [String: String?] = [:]) throws -> Installation.Result {
        try installation.start(
            "relocation-worker", arguments, environment: environment.merging(changes) { $1 }
        ).result()
    }

    func start(
        _ arguments: String..., environment changes: [String: String?] = [:]
    ) throws -> Installation.Running {
        try installation.start("relocation-worker", arguments, environment: environment.merging(changes) { $1 })
    }

    func start(enqueuing arguments: [String]) throws -> Installation.Running {
        try installation.start("relocation-enqueue", arguments, environment: environment)
    }

    @discardableResult
    func enqueue(_ arguments: String...) throws -> Installation.Result {
        try installation.start("relocation-enqueue", arguments, environment: environment).result()
    }

    /// A command of the enqueuer's with any number of arguments.
    func run(_ command: String, _ arguments: [String]) throws -> Installation.Result {
        try installation.start("relocation-enqueue", [command] + arguments, environment: environment).result()
    }

    /// Enqueues and waits while a worker runs.
    func wait(_ arguments: String...) throws -> Installation.Result {
        let waiting = try installation.start(
            "relocation-enqueue", arguments + ["--wait"], environment: environment)
        let worker = try installation.start("relocation-worker", ["run"], environment: environment)
        let result = try waiting.result()
        worker.process.signal(SIGTERM)
        #expect(try worker.result().code == 0)
        return result
    }

    func write(_ rows: [[String: Any]], to name: String = "users.json") throws -> String {
        try installation.folder.write(try SampleExport.json(rows), to: name)
    }

    func forgetEverything() throws { try installation.redis.cli(["FLUSHALL"]) }

    /// What `imports --json` lists, without a Redis.
    func imports() throws -> [[String: Any]] {
        let result = try worker("imports", "--json", environment: ["RELOCATION_REDIS_URL": nil])
        #expect(result.code == 0, "\(result.errors)")
        return try JSONSerialization.jsonObject(with: Data(result.output.utf8)) as? [[String: Any]] ?? []
    }

    func database(_ silo: Silo) throws -> any Database {
        try DatabaseConnector.open(DatabaseURL(silo == .control ? control ?? region : region))
    }

    func users() throws -> [String] {
        let table = try #require(Catalogue.standard.table("auth_user"))
        return try database(.control).select(Select(["username"], from: table)).compactMap { $0[0].text }
    }

    /// Removes the users from an id on, with the records of their chunks: as if an older backup had been restored.
    func lose(usersFrom ordinal: Int64) throws {
        let database = try database(.control)
        let chunks = try #require(Catalogue.standard.table("sentry_controlimportchunk"))
        let users = try #require(Catalogue.standard.table("auth_user"))
        let emails = try #require(Catalogue.standard.table("sentry_useremail"))
        let hashes = try #require(Catalogue.standard.table("sentry_lostpasswordhash"))
        try database.begin()
        try database.delete(from: emails, where: [.greaterThan("user_id", .integer(ordinal - 1))])
        try database.delete(from: hashes, where: [.greaterThan("user_id", .integer(ordinal - 1))])
        try database.delete(from: users, where: [.greaterThan("id", .integer(ordinal - 1))])
        try database.delete(
            from: chunks,
            where: [.equals("model", .text("sentry.user")), .greaterThan("min_ordinal", .integer(ordinal - 1))])
        try database.commit()
    }
}
