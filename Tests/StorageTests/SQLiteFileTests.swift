import Catalogue
import Foundation
import TestSupport
import Testing

@testable import Storage

private let pythonPath = ["/usr/bin/python3", "/usr/local/bin/python3"].first {
    FileManager.default.isExecutableFile(atPath: $0)
}

/// Any program can use the file: Python reads and writes it with its standard library.
@Suite("SQLite files and Python", .enabled(if: pythonPath != nil))
struct SQLiteFileTests {
    @Test("Python reads what we wrote")
    func reads() throws {
        let test = try TestDatabase(.sqlite)
        try test.database.insert(
            try Tables.users.batch([
                [
                    "id": .integer(1), "username": .text("Zoë"), "is_staff": .bool(true), "is_active": .bool(false),
                    "last_login": .timestamp(1_687_474_795_488_000), "flags": .integer(.max),
                ]
            ]))
        try test.database.insert(
            try Tables.named("sentry_userrole").batch([
                ["id": .integer(1), "name": .text("r"), "permissions": .textArray(["a", "é\"", nil])]
            ]))
        try test.database.insert(
            try Tables.named("sentry_timeseriessnapshot").batch([
                ["id": .integer(1), "values": .doubleArray([[1, 2.5], [3, 4]])]
            ]))
        let printed = try python(
            test,
            """
            row = db.execute('select username, is_staff, is_active, flags, last_login from auth_user').fetchone()
            print(row[0] == 'Zo\\u00eb', row[1:4])
            print(datetime.datetime.fromisoformat(row[4]).isoformat())
            print(db.execute("select datetime(last_login) from auth_user").fetchone()[0])
            print(json.loads(db.execute('select permissions from sentry_userrole').fetchone()[0]) == ['a', '\\u00e9"', None])
            print(json.loads(db.execute('select "values" from sentry_timeseriessnapshot').fetchone()[0]))
            print([r[0] for r in db.execute("select type from pragma_table_info('auth_user') where name in ('username', 'last_login')")])
            """)
        #expect(
            printed == """
                True (1, 0, 9223372036854775807)
                2023-06-22T22:59:55.488000+00:00
                2023-06-22 22:59:55
                True
                [[1.0, 2.5], [3.0, 4.0]]
                ['timestamp with time zone', 'character varying(128)']
                """)
    }

    @Test("We read what Python wrote")
    func writes() throws {
        let test = try TestDatabase(.sqlite)
        _ = try python(
            test,
            """
            db.execute("insert into sentry_email (id, email, date_added) values (41, 'Zo\\u00cb@x.org', '2026-11-23T19:13:33.20457+00:00')")
            db.execute("insert into sentry_email (email, date_added) values ('plain@x.org', '2026-11-23 19:13:33')")
            db.execute("update sentry_email set email = 'PLAIN@x.org' where id = 42")
            db.execute("insert into sentry_userrole (id, name, permissions, date_updated) values (1, 'r', ?, '2026-11-23')", [json.dumps(['x', None])])
            """)
        let table = try Tables.emails
        let found = try test.database.select(Select(["id", "email", "date_added"], from: table))
        #expect(
            found == [
                [.integer(41), .text("ZoË@x.org"), .timestamp(1_795_461_213_204_570)],
                [.integer(42), .text("PLAIN@x.org"), .timestamp(1_795_461_213_000_000)],
            ])
        let same = Select(["id"], from: table, where: [.equals("email", .text("zoë@X.org"))])
        #expect(try test.database.select(same) == [[.integer(41)]])
        #expect(try test.database.reserveIDs(1, for: table) == [43])
        let roles = Select(["permissions"], from: try Tables.named("sentry_userrole"))
        #expect(try test.database.select(roles) == [[.textArray(["x", nil])]])
    }

    @Test("No transaction begins once another file stands at the path, or none")
    func replacedFile() throws {
        let test = try TestDatabase(.sqlite)
        try test.database.begin()
        try test.database.commit()
        let moved = test.path + ".old"
        try FileManager.default.moveItem(atPath: test.path, toPath: moved)
        #expect(try failure { try test.database.begin() }.kind == .unavailable)
        try FileManager.default.copyItem(atPath: moved, toPath: test.path)
        let error = try failure { try test.database.begin() }
        #expect(error.kind == .unavailable && error.message.contains("another file"))
        #expect(!test.database.isInTransaction)
        let fresh = try test.connect()
        try fresh.begin()
        fresh.rollback()
    }

    @Test("The file's constraints also apply to Python")
    func constraints() throws {
        let test = try TestDatabase(.sqlite)
        let printed = try python(
            test,
            """
            db.execute('pragma foreign_keys = on')
            def attempt(sql):
                try:
                    db.execute(sql)
                    print('taken')
                except sqlite3.IntegrityError as error:
                    print(str(error).split(':')[0])
            attempt("insert into sentry_email (id, email, date_added) values (1, 'a@x', '2026-01-01')")
            attempt("insert into sentry_email (id, email, date_added) values (2, 'A@X', '2026-01-01')")
            attempt("insert into sentry_email (id, date_added) values (3, '2026-01-01')")
            attempt("insert into sentry_organization (id, name, slug, status, date_added, default_role, flags) values (1, '', '', -1, '', '', 0)")
            attempt("insert into sentry_organization (id, name, slug, status, date_added, default_role, flags) values (1, '', '', 0, '', '', 0)")
            """)
        #expect(
            printed == """
                taken
                UNIQUE constraint failed
                NOT NULL constraint failed
                CHECK constraint failed
                taken
                """)
    }

    private func python(_ test: TestDatabase, _ body: String) throws -> String {
        let script = test.path + ".py"
        let head = "import datetime, json, sqlite3, sys\ndb = sqlite3.connect(sys.argv[1])\n"
        try (head + body + "\ndb.commit()\n").write(toFile: script, atomically: true, encoding: .utf8)
        let (out, errors) = (test.path + ".out", test.path + ".err")
        let process = try ChildProcess(try #require(pythonPath), [script, test.path], output: out, errors: errors)
        let status = process.wait()
        let printed = try String(contentsOfFile: out, encoding: .utf8)
        let complaint = try String(contentsOfFile: errors, encoding: .utf8)
        #expect(status == 0, "\(complaint)")
        return printed.trimmingCharacters(in: .newlines)
    }
}
