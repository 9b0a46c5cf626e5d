import Catalogue
import Testing
import TestSupport

@testable import Storage

@Suite("Migration")
struct MigrationTests {
    @Test("An empty database gets every table; a second call changes nothing", arguments: Engine.allCases)
    func creates(engine: Engine) throws {
        let test = try TestDatabase(engine, .nothing)
        let tables = Catalogue.standard.tables
        #expect(try !test.database.schema.hasTable("auth_user"))
        #expect(try test.database.schema.migrate(tables) == .created(tables: 125))
        let identity = test.database.identity
        for table in tables { #expect(try test.database.schema.hasTable(table.name)) }
        #expect(try test.database.schema.mismatches(with: tables) == [])
        try test.database.insert(try Tables.users.batch(users(["kept"])))
        #expect(try test.database.schema.migrate(tables) == .unchanged)
        #expect(try test.committedRows(Tables.users) == 1)
        #expect(test.database.identity == identity)
        #expect(try test.connect().identity == identity)
    }

    @Test("Every table stores a row and returns it", arguments: Engine.allCases)
    func everyTable(engine: Engine) throws {
        let test = try TestDatabase(engine, .allTables)
        try test.database.begin()
        for table in Catalogue.standard.tables {
            let names = table.columns.map(\.name)
            var row = table.columns.map { $0.type.plainest }
            // The checks that zero does not meet: one of two references at most, a later step.
            for (index, name) in names.enumerated() {
                if ["owner_team_id", "alert_rule_id", "scheduled_cancel_at_step", "scheduled_pause_at_step"].contains(
                    name),
                    table.columns[index].isNullable
                {
                    row[index] = .null
                }
            }
            try test.database.insert(Insert(into: table, columns: names, rows: [row]))
            #expect(try test.database.select(Select(names, from: table)) == [row], "\(table.name)")
        }
        test.database.rollback()
    }

    @Test("A database of another program is refused and not changed", arguments: Engine.allCases)
    func occupied(engine: Engine) throws {
        let test = try TestDatabase(engine, .nothing)
        try test.execute("CREATE TABLE their_table (id integer)")
        let error = try failure { _ = try test.database.schema.migrate(Catalogue.standard.tables) }
        #expect(error.kind == .occupied)
        #expect(error.description.contains("their_table"))
        #expect(try !test.database.schema.hasTable("auth_user"))
        #expect(!test.database.isInTransaction)
    }

    @Test("A part of the schema is refused, and the missing table is named", arguments: Engine.allCases)
    func partial(engine: Engine) throws {
        let test = try TestDatabase(engine, .allTables)
        try test.execute("DROP TABLE sentry_rulesnooze")
        let error = try failure { _ = try test.database.schema.migrate(Catalogue.standard.tables) }
        #expect(error.kind == .schemaMismatch)
        #expect(error.description.contains("sentry_rulesnooze"))
        #expect(try !test.database.schema.hasTable("sentry_rulesnooze"))
    }

    @Test("What an earlier version did not create is added", arguments: Engine.allCases)
    func later(engine: Engine) throws {
        let test = try TestDatabase(engine, .allTables)
        for name in [
            "grouphistory", "activity", "groupresolution", "groupasignee", "grouptombstone", "grouprelease",
            "groupenvironment", "grouphash", "groupedmessage",
        ] { try test.execute("DROP TABLE sentry_\(name)" + (engine == .postgres ? " CASCADE" : "")) }
        #expect(try test.database.schema.migrate(Catalogue.standard.tables) == .created(tables: 9))
        #expect(try test.database.schema.migrate(Catalogue.standard.tables) == .unchanged)
        #expect(try test.database.schema.mismatches(with: Catalogue.standard.tables) == [])
    }

    @Test("An older schema is refused, naming the column", arguments: Engine.allCases)
    func older(engine: Engine) throws {
        let test = try TestDatabase(engine, .allTables)
        try test.execute("ALTER TABLE auth_user DROP COLUMN avatar_url")
        let error = try failure { _ = try test.database.schema.migrate(Catalogue.standard.tables) }
        #expect(error.kind == .schemaMismatch)
        #expect(error.description.contains("auth_user.avatar_url"))
    }

    @Test("A schema is complete even if other tables exist", arguments: Engine.allCases)
    func extras(engine: Engine) throws {
        let test = try TestDatabase(engine, .allTables)
        try test.execute("CREATE TABLE django_migrations (id integer)")
        #expect(try test.database.schema.migrate(Catalogue.standard.tables) == .amongOthers)
    }

    @Test("Different databases have different identities", arguments: Engine.allCases)
    func identities(engine: Engine) throws {
        let (one, other) = (try TestDatabase(engine), try TestDatabase(engine))
        #expect(one.database.identity != other.database.identity)
        #expect(one.database.identity.hasPrefix(engine == .sqlite ? "sqlite:" : "postgresql:"))
    }

    @Test("A role that may not create the extension gets a readable error")
    func citextNotPermitted() throws {
        let server = try PostgresServer.shared()
        let url = try server.createDatabase()
        let name = try #require(url.split(separator: "/").last.map(String.init))
        try server.sql(
            "CREATE ROLE \(name)_plain LOGIN; GRANT USAGE, CREATE ON SCHEMA public TO \(name)_plain", url: url)
        let plain = try DatabaseURL(server.url(database: name, user: "\(name)_plain"))
        let error = try failure { _ = try DatabaseConnector.open(plain).schema.migrate(Catalogue.standard.tables) }
        #expect(error.kind == .permissionDenied)
        #expect(error.description.contains("citext"))
        try server.sql("CREATE EXTENSION citext", url: url)
        #expect(try DatabaseConnector.open(plain).schema.migrate(Catalogue.standard.tables) == .created(tables: 125))
    }
}
