import Catalogue
import Testing
import TestSupport

@testable import Storage

@Suite("Comparing a live schema", .serialized)
struct SchemaComparisonTests {
    @Test("There are 40 mutations and more, on each database")
    func count() {
        #expect(Mutation.seeded.filter { $0.postgres != nil }.count >= 40)
        #expect(Mutation.seeded.filter { $0.sqlite != nil }.count >= 40)
    }

    @Test("Each mutation is named", arguments: Engine.allCases, Mutation.seeded)
    func seeded(engine: Engine, mutation: Mutation) throws {
        guard let sql = engine == .sqlite ? mutation.sqlite : mutation.postgres else { return }
        try onMutated(engine, sql) { database in
            let found = try database.schema.mismatches(with: Catalogue.standard.tables)
            let named = found.first {
                $0.table == mutation.table && $0.column == mutation.column && $0.message.contains(mutation.says)
            }
            #expect(named?.isFatal == mutation.isFatal, "\(mutation): \(found)")
            if !mutation.isFatal { #expect(!found.contains { $0.isFatal }, "\(mutation): \(found)") }
            // Unchanged tables are not reported.
            #expect(Set(found.map(\.table)) == [mutation.table], "\(mutation): \(found)")
        }
    }

    @Test("A harmless difference is not reported", arguments: Engine.allCases, Mutation.harmless.indices)
    func harmless(engine: Engine, index: Int) throws {
        let difference = Mutation.harmless[index]
        guard let sql = engine == .sqlite ? difference.sqlite : difference.postgres else { return }
        try onMutated(engine, sql) { database in
            let found = try database.schema.mismatches(with: Catalogue.standard.tables)
            #expect(found == [], "\(difference.description)")
            // And an import can write.
            let table = try Tables.users
            let ids = try database.reserveIDs(2, for: table)
            let rows = ids.map { ["id": Value.integer($0), "username": .text("u\($0)"), "email": .text("e\($0)")] }
            try database.insert(table.batch(rows))
        }
    }

    /// Changes a schema with every table: on PostgreSQL in a transaction that is rolled back, in one database for all.
    private func onMutated(_ engine: Engine, _ sql: String, _ body: (any Database) throws -> Void) throws {
        guard engine == .postgres else {
            let test = try TestDatabase(.sqlite, .allTables)
            try test.execute(sql)
            return try body(try test.connect())
        }
        let url = try Self.mutable.get()
        let database = try PostgresDatabase(url: url, timeouts: DatabaseTimeouts(lockMilliseconds: 60_000))
        try database.begin()
        defer { database.rollback() }
        try database.perform(sql.split(separator: ";").map { PostgresCommand(String($0)) })
        try body(database)
    }

    private static let mutable = Result { try TestDatabase(.postgres, .allTables).url }

    @Test("An empty database lacks every table", arguments: Engine.allCases)
    func empty(engine: Engine) throws {
        let test = try TestDatabase(engine, .nothing)
        let found = try test.database.schema.mismatches(with: Catalogue.standard.tables)
        #expect(found.map(\.table) == Catalogue.standard.tables.map(\.name))
        #expect(found.allSatisfy { $0.isFatal && $0.column == nil })
    }

    @Test("A condition is compared without its spelling")
    func conditions() {
        #expect(
            SchemaComparison.normalised("((visibility)::text = 'owner_pinned'::text)")
                == SchemaComparison.normalised("visibility = 'owner_pinned'"))
        #expect(
            SchemaComparison.normalised("((visibility)::character varying = 'A'::character varying)")
                == SchemaComparison.normalised("\"visibility\" = 'A'"))
        #expect(SchemaComparison.normalised("(user_id IS NULL)") == SchemaComparison.normalised("user_id is null"))
        #expect(SchemaComparison.normalised("v = 'a'") != SchemaComparison.normalised("v = 'A'"))
        #expect(SchemaComparison.normalised("a IS NULL") != SchemaComparison.normalised("a IS NOT NULL"))
    }
}
