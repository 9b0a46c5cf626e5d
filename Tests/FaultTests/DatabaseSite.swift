import Catalogue
import Import
import Ledger
import TestSupport

@testable import Storage

/// The databases of one test: one for all tables, or one per silo with only that silo's tables.
final class DatabaseSite {
    enum Engine: String, CaseIterable, Sendable {
        case sqlite, postgres
    }

    /// The region's URL, then the control silo's if there is one.
    private(set) var urls: [String] = []
    private let folder: TemporaryFolder
    private var tables: [[Table]] = []
    private var raw: [RawConnection] = []
    private var readers: [any Database] = []
    /// Table → highest id before the imports.
    private var protected: [String: Int64] = [:]

    /// - Parameter withEvents: whether it has the tables of events too
    init(_ engine: Engine, isSplit: Bool, withEvents: Bool = false) throws {
        folder = try TemporaryFolder()
        for silo in isSplit ? [Silo.region, .control] : [nil] {
            let url =
                switch engine {
                case .sqlite: "sqlite://" + folder.file("\(silo?.rawValue ?? "all").sqlite")
                case .postgres: try PostgresServer.shared().createDatabase()
                }
            let models = Catalogue.standard.models.filter { silo == nil || $0.silo == silo }.map(\.table)
            let tables =
                withEvents ? Catalogue.standard.tables : models + Catalogue.standard.importedOtherTables(silo)
            let database = try DatabaseConnector.open(DatabaseURL(url), create: true)
            _ = try database.schema.migrate(tables)
            if silo != .control { _ = try LedgerAdmin(database).migrate(toolVersion: "1", now: 0) }
            urls.append(url)
            self.tables.append(tables)
            raw.append(try RawConnection(url))
            readers.append(database)
        }
    }

    /// Opens the connections of a new worker.
    func connect(_ schedule: FaultSchedule) throws -> Destination {
        let names = urls.count == 1 ? ["database"] : ["region", "control"]
        let databases = try zip(urls, names).map { url, name in
            FaultyDatabase(try DatabaseConnector.open(DatabaseURL(url)), name, schedule)
        }
        return databases.count == 1
            ? Destination(databases[0]) : Destination(region: databases[0], control: databases[1])
    }

    /// Keeps the present rows at each reset.
    func protect() throws {
        for (connection, tables) in zip(raw, tables) {
            for table in tables where table.isNumbered {
                let highest = try connection.integer(#"SELECT coalesce(max("id"), 0) FROM "\#(table.name)""#)
                if highest > 0 { protected[table.name] = highest }
            }
        }
    }

    /// Removes the rows of the last import. Sequences do not move back.
    func reset() throws {
        for (connection, tables) in zip(raw, tables) {
            let deletes = tables.map { table in
                #"DELETE FROM "\#(table.name)""#
                    + (table.isNumbered ? #" WHERE "id" > \#(protected[table.name] ?? 0)"# : "")
            }
            try connection.executeUnchecked(deletes)
        }
        for table in ["import", "eventchunk"] {
            try raw[0].execute(sqlite: "DELETE FROM relocation_\(table)", postgres: "DELETE FROM relocation.\(table)")
        }
    }

    /// From now on each imported team points to an organization that does not exist, so a commit fails.
    func breakTeamReferences() throws {
        try raw[0].execute(
            sqlite: """
                CREATE TRIGGER misleading AFTER INSERT ON sentry_team
                BEGIN UPDATE sentry_team SET organization_id = 999999 WHERE id = NEW.id; END
                """,
            postgres: """
                CREATE FUNCTION mislead() RETURNS trigger LANGUAGE plpgsql AS
                $$ BEGIN NEW.organization_id := 999999; RETURN NEW; END $$;
                CREATE TRIGGER misleading BEFORE INSERT ON sentry_team FOR EACH ROW EXECUTE FUNCTION mislead()
                """)
    }

    /// How the ledger says that an import has ended; nil if it says nothing.
    func recordedEnd(_ uuid: String) throws -> String? {
        try KnownImports(in: readers[0]).all.first { $0.uuid == uuid }?.entry?.end?.outcome
    }

    func snapshot() throws -> Snapshot {
        var contents: [TableContent] = []
        for ((database, connection), tables) in zip(zip(readers, raw), tables) {
            for table in try connection.nonEmpty(tables) {
                let columns = table.columns.filter { !$0.isDatabaseOnly }
                let rows = try database.select(Select(columns.map(\.name), from: table))
                contents.append(TableContent(table: table, columns: columns, rows: rows))
            }
        }
        return Snapshot(contents)
    }
}

extension Table {
    /// Whether its ids are numbers.
    fileprivate var isNumbered: Bool { column("id")?.type.integerRange != nil }
}

/// A connection below the `Database` seam, for statements that no import may run.
private final class RawConnection {
    private let sqlite: SQLiteDatabase?
    private let postgres: PostgresConnection?

    init(_ url: String) throws {
        let isSQLite = url.hasPrefix("sqlite://")
        sqlite = isSQLite ? try DatabaseConnector.open(DatabaseURL(url)) as? SQLiteDatabase : nil
        let timeouts = DatabaseTimeouts(idleInTransactionMilliseconds: 0)
        postgres = isSQLite ? nil : try PostgresConnection(url: url, timeouts: timeouts)
    }

    func integer(_ sql: String) throws -> Int64 {
        if let sqlite { return try sqlite.integer(sql) ?? 0 }
        return try postgres?.run([PostgresCommand(sql)])[0].integer(0, 0) ?? 0
    }

    func execute(sqlite text: String, postgres other: String) throws {
        try sqlite?.connection.execute(text)
        try postgres?.execute(other)
    }

    /// The tables that have rows.
    func nonEmpty(_ tables: [Table]) throws -> [Table] {
        let bits = tables.map { #"CASE WHEN EXISTS (SELECT 1 FROM "\#($0.name)") THEN '1' ELSE '0' END"# }
        let sql = "SELECT " + bits.joined(separator: " || ")
        let text: String
        if let sqlite {
            let statement = try sqlite.connection.statement(sql)
            try statement.bind([])
            defer { statement.reset() }
            guard try statement.step() else { return [] }
            text = statement.text(0)
        } else {
            text = try postgres?.run([PostgresCommand(sql)])[0].text(0, 0) ?? ""
        }
        return zip(tables, text).filter { $1 == "1" }.map(\.0)
    }

    /// Runs statements in one transaction without foreign key checks.
    func executeUnchecked(_ statements: [String]) throws {
        let text = statements.joined(separator: ";")
        try sqlite?.connection.execute("PRAGMA foreign_keys = OFF; BEGIN IMMEDIATE; \(text); COMMIT")
        try postgres?.execute("SET session_replication_role = replica; BEGIN; \(text); COMMIT")
    }
}
