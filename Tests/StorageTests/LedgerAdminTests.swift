import Catalogue
import Testing
import TestSupport

@testable import Storage

/// Our own tables beside Sentry's.
@Suite struct LedgerAdminTests {
    private let tables = OwnTables.standard

    private func migrate(_ database: any Database, _ version: String = "1.0") throws -> LedgerMigration {
        try LedgerAdmin(database).migrate(toolVersion: version, now: 0)
    }

    private func sqlName(_ engine: Engine, _ table: String) -> String {
        engine == .sqlite ? "relocation_\(table)" : "relocation.\(table)"
    }

    @Test("A ledger is created once, in any database, and touches nothing else", arguments: Engine.allCases)
    func creates(engine: Engine) throws {
        let test = try TestDatabase(engine, .nothing)
        try test.execute("CREATE TABLE their_table (id integer)")
        let identity = test.database.identity
        #expect(try LedgerAdmin(test.database).state() == .missing)
        #expect(try LedgerAdmin(test.database).mismatch()?.isFatal == false)
        #expect(try !test.database.schema.hasTable("relocation.import"))
        #expect(try migrate(test.database) == .created)
        #expect(try migrate(test.connect()) == .unchanged)
        #expect(try LedgerAdmin(test.connect()).state() == .current)
        #expect(try LedgerAdmin(test.connect()).mismatch() == nil)
        #expect(try test.database.schema.hasTable("relocation.import"))
        #expect(try test.connect().identity == identity)
        #expect(
            try test.database.select(Select(["id", "format", "tool_version"], from: tables.ledger))
                == [[.integer(1), .integer(OwnTables.format), .text("1.0")]])
    }

    @Test("A row goes through every statement of the seam", arguments: Engine.allCases)
    func rows(engine: Engine) throws {
        let test = try TestDatabase(engine, .nothing)
        _ = try migrate(test.database)
        let columns = tables.imports.columns.map(\.name)
        var row = tables.imports.columns.map { $0.type.plainest }
        row[0] = .integer(7)
        try test.database.insert(Insert(into: tables.imports, columns: columns, rows: [row]))
        #expect(try test.database.select(Select(columns, from: tables.imports)) == [row])
        try test.database.insert(
            Insert(
                into: tables.imports, columns: Array(columns.dropFirst()), rows: [Array(row.dropFirst())],
                ignoringConflicts: true))
        let uuid = Condition.equals("uuid", .text("00000000-0000-0000-0000-000000000000"))
        #expect(try test.database.count(tables.imports, where: [uuid], alone: "test") == 1)
        try test.database.update(Update(tables.imports, set: ["scope"], rows: [[.integer(7), .text("users")]]))
        #expect(try test.database.select(Select(["scope"], from: tables.imports, where: [uuid])) == [[.text("users")]])
        #expect(try test.database.delete(from: tables.imports, where: [uuid]) == 1)
        #expect(try test.database.reserveIDs(2, for: tables.imports).count == 2)
    }

    @Test("Sentry's tables and the ledger do not know each other", arguments: Engine.allCases)
    func besideOthers(engine: Engine) throws {
        let test = try TestDatabase(engine, .nothing)
        _ = try migrate(test.database)
        let all = Catalogue.standard.tables
        #expect(try test.database.schema.migrate(all) == .created(tables: 125), "a ledger alone is no foreign table")
        #expect(try test.database.schema.migrate(all) == .unchanged)
        #expect(try test.database.schema.mismatches(with: all) == [])
        #expect(try migrate(test.database) == .unchanged)
    }

    @Test("An older ledger gets what it lacks and keeps its rows and unknown columns", arguments: Engine.allCases)
    func older(engine: Engine) throws {
        let test = try TestDatabase(engine, .nothing)
        _ = try migrate(test.database)
        let imports = sqlName(engine, "import")
        try test.execute("ALTER TABLE \(imports) DROP COLUMN reason")
        try test.execute("ALTER TABLE \(imports) ADD COLUMN theirs text")
        try test.execute("UPDATE \(sqlName(engine, "ledger")) SET format = 0")
        #expect(try LedgerAdmin(test.database).state() == .older)
        let mismatch = try #require(try LedgerAdmin(test.database).mismatch())
        #expect(mismatch.isFatal && mismatch.message.contains("migrate --ledger"))
        #expect(try migrate(test.database, "2.0") == .upgraded)
        #expect(try LedgerAdmin(test.database).state() == .current)
        #expect(
            try test.database.schema.ownColumns()[tables.imports.name]?.isSuperset(of: ["reason", "theirs"]) == true)
        #expect(try test.database.select(Select(["tool_version"], from: tables.ledger)) == [[.text("2.0")]])
    }

    @Test("A newer ledger is refused and left as it is", arguments: Engine.allCases)
    func newer(engine: Engine) throws {
        let test = try TestDatabase(engine, .nothing)
        _ = try migrate(test.database)
        try test.execute("UPDATE \(sqlName(engine, "ledger")) SET format = 5")
        #expect(try LedgerAdmin(test.database).state() == .newer(format: 5))
        #expect(try LedgerAdmin(test.database).mismatch()?.isFatal == true)
        let error = try failure { _ = try migrate(test.database) }
        #expect(error.kind == .schemaMismatch && error.message.contains("format 5"))
        #expect(try test.database.select(Select(["format"], from: tables.ledger)) == [[.integer(5)]])
        #expect(!test.database.isInTransaction)
    }

    @Test("Somebody else's table of the same name is refused", arguments: Engine.allCases)
    func foreign(engine: Engine) throws {
        let test = try TestDatabase(engine, .nothing)
        if engine == .postgres { try test.execute("CREATE SCHEMA relocation") }
        try test.execute("CREATE TABLE \(sqlName(engine, "import")) (id integer)")
        let error = try failure { _ = try migrate(test.database) }
        #expect(error.kind == .occupied && error.message.contains("relocation.import"))
        #expect(try test.database.schema.ownColumns() == ["relocation.import": ["id"]])
    }

    @Test("A role without grants is told which it needs")
    func grants() throws {
        let server = try PostgresServer.shared()
        let url = try server.createDatabase()
        let name = try #require(url.split(separator: "/").last.map(String.init))
        _ = try migrate(DatabaseConnector.open(DatabaseURL(url)))
        try server.sql("CREATE ROLE \(name)_plain LOGIN", url: url)
        let plain = try DatabaseConnector.open(DatabaseURL(server.url(database: name, user: "\(name)_plain")))
        let error = try failure { _ = try LedgerAdmin(plain).mismatch() }
        #expect(error.kind == .permissionDenied && error.message.contains("GRANT USAGE ON SCHEMA relocation"))
        #expect(try plain.schema.hasTable("relocation.import"), "looking for it needs no grant")
        try server.sql(
            """
            GRANT USAGE ON SCHEMA relocation TO \(name)_plain;
            GRANT SELECT, INSERT, UPDATE ON ALL TABLES IN SCHEMA relocation TO \(name)_plain
            """, url: url)
        #expect(try LedgerAdmin(plain).mismatch() == nil)
        let uuid = "5f0c0f3e-8a4e-4d6c-9f0e-3d1c2b7a9e10"
        var row = tables.imports.columns.dropFirst().map { $0.type.plainest }
        row[1] = .text(uuid)
        let columns = tables.imports.columns.dropFirst().map(\.name)
        try plain.insert(Insert(into: tables.imports, columns: columns, rows: [row], ignoringConflicts: true))
        try plain.update(Update(tables.imports, set: ["scope"], rows: [[.integer(1), .text("users")]]))
    }
}
