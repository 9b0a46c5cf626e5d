import Catalogue
import Foundation
import Testing

@testable import Storage

@Suite("SQLite alone")
struct SQLiteTests {
    private static let impatient = DatabaseTimeouts(lockMilliseconds: 50)

    @Test("Settings for durability and integrity took effect")
    func settings() throws {
        let test = try TestDatabase(.sqlite)
        let database = try #require(test.database as? SQLiteDatabase)
        #expect(try database.integer("PRAGMA synchronous") == 2)
        #expect(try database.integer("PRAGMA foreign_keys") == 1)
        let statement = try database.connection.statement("PRAGMA journal_mode")
        try statement.bind([])
        #expect(try statement.step())
        #expect(statement.text(0) == "wal")
    }

    @Test("A second writer waits for the timeout, then gets contention")
    func locked() throws {
        let test = try TestDatabase(.sqlite)
        let other = try test.connect(timeouts: Self.impatient)
        try test.database.begin()
        let error = try failure { try other.begin() }
        #expect(error.kind == .contention)
        #expect(error.isTransient)
        #expect(!other.isInTransaction)
        #expect(try failure { try other.insert(try Tables.users.batch(users(["a"]))) }.kind == .contention)
        // Readers are not held up.
        #expect(try other.select(Select(["id"], from: Tables.users)) == [])
        try test.database.commit()
        try other.begin()
        try other.commit()
    }

    @Test("A missing file is not a database, unless it may be created")
    func missing() throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
        let url = try DatabaseURL("sqlite://\(folder.path)/x.sqlite")
        let absent = try failure { _ = try DatabaseConnector.open(url) }
        #expect(absent.kind == .schemaMismatch)
        #expect(absent.description.contains("migrate"))
        let noFolder = try failure { _ = try DatabaseConnector.open(url, create: true) }
        #expect(noFolder.kind == .cannotCreate)
        #expect(noFolder.description.contains("No such file or directory"))
        #expect(!FileManager.default.fileExists(atPath: folder.path))
    }

    @Test("A file that is created, its log and the log's index are for their owner alone")
    func privateFiles() throws {
        // The mask of a login: it takes nothing from the owner's rights.
        let mask = umask(0o022)
        defer { umask(mask) }
        let test = try TestDatabase(.sqlite)
        try test.database.insert(try Tables.users.batch(users(["a"])))
        for ending in ["", "-wal", "-shm"] {
            let attributes = try FileManager.default.attributesOfItem(atPath: test.path + ending)
            #expect(attributes[.posixPermissions] as? Int == 0o600, "\(ending)")
        }
    }

    @Test("A value that no column should hold is refused with its column, or read as it is")
    func oddValues() throws {
        let test = try TestDatabase(.sqlite, .allTables)
        let connection = try #require(test.database as? SQLiteDatabase).connection
        try connection.execute("PRAGMA foreign_keys = OFF; PRAGMA ignore_check_constraints = ON")
        let literals = [
            "9223372036854775807", "-9223372036854775808", "1e308", "-1.5", "9e999", "''", "'x'", "x'00ff80'", "'['",
            "'[\"a'", "'[null,nul'", "'[\"\\ud800\"]'", "'[\"\\u12'", "'[[1],[2,3]]'", "'[[1e999]]'", "'[[[]]]'",
            "'{\"a\"'",
            "'9999-12-31T23:59:59.999999+99:99'", "'0000-00-00'", "'2023-02-31'", "'-'", "'2023-06-22T'",
        ]
        var refused = 0
        for table in Catalogue.standard.tables where table.hasIdentity {
            try test.database.insert(table.batch([["id": .integer(1)]]))
            for column in table.columns where !column.isPrimaryKey {
                for literal in literals {
                    try connection.execute("UPDATE \"\(table.name)\" SET \"\(column.name)\" = \(literal)")
                    do {
                        let rows = try test.database.select(Select([column.name], from: table))
                        #expect(rows.count == 1)
                    } catch {
                        #expect(error.kind == .invalidValue)
                        #expect(error.description.hasPrefix("\(table.name).\(column.name)"), "\(error)")
                        refused += 1
                    }
                }
                try connection.execute("DELETE FROM \"\(table.name)\"")
                try test.database.insert(table.batch([["id": .integer(1)]]))
            }
        }
        #expect(refused > 1_000)
    }

    @Test("A file that is something else")
    func foreignFile() throws {
        let test = try TestDatabase(.sqlite, .nothing)
        let path = test.path + ".txt"
        try String(repeating: "not a database at all\n", count: 100).write(
            toFile: path, atomically: true, encoding: .utf8)
        for create in [false, true] {
            let error = try failure { _ = try DatabaseConnector.open(DatabaseURL("sqlite://\(path)"), create: create) }
            #expect(error.kind == .schemaMismatch)
        }
        let folder = "sqlite://" + (path as NSString).deletingLastPathComponent
        #expect(try failure { _ = try DatabaseConnector.open(DatabaseURL(folder)) }.kind == .cannotCreate)
    }

    @Test("A file or folder that may not be written")
    func permissions() async throws {
        let test = try TestDatabase(.sqlite)
        let folder = (test.path as NSString).deletingLastPathComponent
        let (readable, unreadable) = (test.path + ".copy", test.path + ".secret")
        // A copy without the log of an open connection.
        try (test.database as? SQLiteDatabase)?.connection.execute("VACUUM INTO '\(readable)'")
        try FileManager.default.copyItem(atPath: readable, toPath: unreadable)
        try FileManager.default.setAttributes([.posixPermissions: 0o444], ofItemAtPath: readable)
        try FileManager.default.setAttributes([.posixPermissions: 0o000], ofItemAtPath: unreadable)
        try FileManager.default.setAttributes([.posixPermissions: 0o555], ofItemAtPath: folder)
        defer { try? FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: folder) }

        let kinds = try await onUnprivilegedThread { () throws -> [StorageError.Kind?] in
            func kind(_ body: () throws -> Void) -> StorageError.Kind? {
                do { try body() } catch { return (error as? StorageError)?.kind }
                return nil
            }
            return [
                kind { try DatabaseConnector.open(DatabaseURL("sqlite://\(readable)")).begin() },
                kind { _ = try DatabaseConnector.open(DatabaseURL("sqlite://\(unreadable)")) },
                kind { _ = try DatabaseConnector.open(DatabaseURL("sqlite://\(folder)/new.sqlite"), create: true) },
            ]
        }
        #expect(kinds == [.readOnly, .permissionDenied, .permissionDenied])
    }

    @Test("A full database: nothing is half-written, and it continues when there is room")
    func full() throws {
        let test = try TestDatabase(.sqlite)
        let table = try Tables.users
        let database = try #require(test.database as? SQLiteDatabase)
        let pages = try #require(try database.integer("PRAGMA page_count"))
        _ = try database.integer("PRAGMA max_page_count = \(pages + 4)")
        try database.begin()
        let error = try failure { try database.insert(table.batch(users((0..<5_000).map { "user \($0)" }))) }
        #expect(error.kind == .full)
        #expect(error.isTransient)
        database.rollback()
        #expect(try test.committedRows(table) == 0)
        _ = try database.integer("PRAGMA max_page_count = 1000000")
        try database.begin()
        try database.insert(table.batch(users((0..<5_000).map { "user \($0)" })))
        try database.commit()
        #expect(try test.committedRows(table) == 5_000)
    }

    @Test("A transaction that SQLite ended by itself takes no further writes")
    func endedBySQLite() throws {
        let test = try TestDatabase(.sqlite)
        let table = try Tables.users
        let database = try #require(test.database as? SQLiteDatabase)
        try database.begin()
        try database.connection.execute("ROLLBACK")
        #expect(try failure { try database.insert(table.batch(users(["a"]))) }.kind == .unavailable)
        #expect(try failure { try database.commit() }.kind == .unavailable)
        #expect(!database.isInTransaction)
        #expect(try test.committedRows(table) == 0)
        try database.insert(table.batch(users(["a"])))
    }

    @Test("The identity is the path and the file; the former one moves with the file")
    func identity() throws {
        let test = try TestDatabase(.sqlite)
        let (identity, former) = (test.database.identity, test.database.formerIdentity)
        let moved = test.path + ".moved"
        try (test.database as? SQLiteDatabase)?.connection.execute("VACUUM INTO '\(moved)'")
        let copy = try DatabaseConnector.open(DatabaseURL("sqlite://\(moved)"))
        #expect(copy.identity != identity && copy.formerIdentity == former)
        #expect(try test.connect().identity == identity)
        let path = URL(fileURLWithPath: test.path).resolvingSymlinksInPath().path
        #expect(identity.hasPrefix("sqlite:\(path)#"))
        // A link to the file is the same database; a file in its place is another.
        try FileManager.default.createSymbolicLink(atPath: test.path + ".link", withDestinationPath: test.path)
        #expect(try DatabaseConnector.open(DatabaseURL("sqlite://\(test.path).link")).identity == identity)
        try FileManager.default.moveItem(atPath: test.path, toPath: test.path + ".old")
        try FileManager.default.moveItem(atPath: moved, toPath: test.path)
        #expect(try test.connect().identity != identity)
        try test.execute("PRAGMA user_version = 0")
        #expect(try test.connect().formerIdentity == "sqlite:\(path)")
    }

    @Test("Look-ups in a case-insensitive column use the indexes")
    func citextPlan() throws {
        let test = try TestDatabase(.sqlite)
        let database = try #require(test.database as? SQLiteDatabase)
        let conditions = try SQLiteConditions([.equals("email", .text("a@x.org"))], in: Tables.emails)
        let plan = try Self.plan("SELECT \"id\" FROM sentry_email\(conditions.sql)", conditions.values, database)
        #expect(plan.contains("sentry_email_email_uniq (email=?)"))
        #expect(plan.contains("sentry_email_email_wide"))
        #expect(!plan.contains("SCAN sentry_email\n"))
    }

    /// A sort keeps whole rows in memory, all of them.
    @Test("Rows that are read in pages are found in the order of their ids")
    func pagePlan() throws {
        let test = try TestDatabase(.sqlite)
        let database = try #require(test.database as? SQLiteDatabase)
        let table = try #require(Catalogue.standard.tables.first { $0.name == "sentry_useremail" })
        let owner = [Condition.equals("user_id", .integer(7))]
        let positive = Condition.greaterThan("id", .integer(0))
        func sorts(_ conditions: [Condition], inPages: Bool = true) throws -> Bool {
            let query = try SQLiteLookUp(Select(["id", "email"], from: table, where: conditions), inPages: inPages)
            return try Self.plan(query.sql, query.values, database).contains("TEMP B-TREE")
        }
        #expect(try sorts(owner, inPages: false), "else this test says nothing")
        for conditions in [owner, [positive] + owner, [.isIn("user_id", [.integer(1), .integer(2)])], [positive], []] {
            #expect(try !sorts(conditions), "\(conditions)")
        }
    }

    private static func plan(_ sql: String, _ values: [SQLiteValue], _ database: SQLiteDatabase) throws -> String {
        let statement = try database.connection.statement("EXPLAIN QUERY PLAN \(sql)")
        try statement.bind(values)
        var plan = ""
        while try statement.step() { plan += statement.text(3) + "\n" }
        return plan
    }
}
