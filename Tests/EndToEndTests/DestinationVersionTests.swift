import Catalogue
import Foundation
import ProgramSupport
import Storage
import TestSupport
import Testing

/// Destinations of other versions and models that no catalogue knows, with the programs themselves.
@Suite struct DestinationVersionTests {
    let installation: Installation

    init() throws { installation = try Installation() }

    private static func row(_ model: String, _ pk: Int, _ fields: String) -> String {
        #"{"model": "\#(model)", "pk": \#(pk), "fields": {\#(fields)}}"#
    }

    private static let organization = row(
        "sentry.organization", 1, #""name": "Acme", "slug": "acme", "flags": "1""#)
    private static let user = row(
        "sentry.user", 5, #""username": "ann", "email": "ann@example.com", "password": "x", "avatar_type": 1"#)

    private func write(_ rows: [String], to name: String = "import.json") throws -> String {
        try installation.folder.write("[\n\(rows.joined(separator: ",\n"))\n]", to: name)
    }

    private func start(_ program: String, _ arguments: [String]) throws -> Installation.Result {
        try installation.start(program, arguments).result()
    }

    private func imported(_ path: String, _ flags: [String] = [], code: Int32 = 0) throws -> [String: Any] {
        let queued = try start("relocation-enqueue", ["organizations"] + flags + [path])
        try #require(queued.code == 0, "\(queued.errors)")
        let run = try installation.worker("run", "--drain")
        #expect(run.code == code, "\(run.errors)")
        return try installation.status(queued.lastLine)
    }

    @Test func aColumnThatIsGoneIsCounted() throws {
        #expect(try sqlite(installation.databasePath, "ALTER TABLE auth_user DROP COLUMN avatar_type") == "")
        let check = try installation.worker("check")
        #expect(check.code == 0, "\(check.output)")
        let fit = "Sentry of about 24.9, guessed from its columns: 84 models exact, 1 adapted, 0 not possible"
        #expect(check.output.contains(fit))
        #expect(check.output.contains("Adapted: sentry.user: avatar_type is not there: values are left out"))
        let status = try imported(try write([Self.organization, Self.user]))
        #expect(status["status"] as? String == "SUCCESS")
        let adapted = try #require(status["adapted"] as? [String: Int])
        #expect(adapted["sentry.user.avatar_type: the destination has no such column"] == 1, "\(adapted)")
        let uuid = try #require(status["uuid"] as? String)
        #expect(try installation.enqueue("adapted", uuid).output.contains("avatar_type"))
    }

    @Test func aColumnThatNobodyFillsIsNamed() throws {
        let change = "ALTER TABLE sentry_organization RENAME COLUMN name TO later"
        #expect(try sqlite(installation.databasePath, change) == "")
        let check = try installation.worker("check")
        #expect(check.code == 78 && check.output.contains("sentry_organization.later"), "\(check.output)")
        #expect(check.output.contains("1 not possible"), "\(check.output)")
    }

    enum Engine: String, CaseIterable, CustomTestStringConvertible {
        case sqlite, postgres

        var testDescription: String { rawValue }
    }

    /// What every worker refuses stays as it was, and so does the relocation.
    @Test(
        arguments: Engine.allCases,
        [
            "ALTER TABLE auth_user RENAME COLUMN username TO login",
            "ALTER TABLE sentry_organization RENAME COLUMN name TO title",
            "ALTER TABLE sentry_project RENAME COLUMN name TO title",
            "DROP TABLE sentry_useremail",
            "DROP TABLE sentry_regionimportchunk",
        ]) func aRefusedDestinationStaysAsItWas(_ engine: Engine, _ change: String) throws
    {
        let url = try engine == .postgres ? PostgresServer.shared().createDatabase(template: Self.template.get()) : nil
        if let url {
            try PostgresServer.shared().sql(change + (change.hasPrefix("DROP") ? " CASCADE" : ""), url: url)
        } else {
            #expect(try sqlite(installation.databasePath, change) == "")
        }
        let before = try contents(url)
        let queued = try start(
            "relocation-enqueue", ["organizations", try write([Self.organization, Self.user])])
        try #require(queued.code == 0, "\(queued.errors)")
        let environment = url.map { ["RELOCATION_DATABASE_URL": String?.some($0)] } ?? [:]
        let run = try installation.worker("run", "--drain", environment: environment)
        #expect(run.code == 78, "\(run.errors)")
        #expect(try contents(url) == before)
        let status = try installation.status(queued.lastLine)
        #expect(status["status"] as? String == "IN_PROGRESS" && status["attempts"] as? Int == 0)
    }

    /// A PostgreSQL database with every table, to copy.
    private static let template = Result {
        let url = try PostgresServer.shared().createDatabase()
        _ = try DatabaseConnector.open(DatabaseURL(url)).schema.migrate(Catalogue.standard.tables)
        return String(url.split(separator: "/").last ?? "")
    }

    /// The whole database: SQLite's as SQL, PostgreSQL's tables with their rows.
    private func contents(_ url: String?) throws -> String {
        if let url { return try "\(PostgresServer.shared().digests(of: url).sorted { $0.key < $1.key })" }
        let script = "import sqlite3, sys; print('\\n'.join(sqlite3.connect(sys.argv[1]).iterdump()))"
        let child = try ChildProcess(
            "python3", ["-c", script, installation.databasePath], output: installation.folder.file("dump"))
        #expect(child.wait() == 0)
        defer { try? FileManager.default.removeItem(atPath: installation.folder.file("dump")) }
        return installation.folder.read("dump")
    }

    @Test func migrationsTellTheVersion() throws {
        for sql in [
            "CREATE TABLE django_migrations (id integer PRIMARY KEY, app varchar(255), name varchar(255))",
            "INSERT INTO django_migrations VALUES (1, 'sentry', '0001_squashed_1118_add_things'), (2, 'auth', '9999_x')",
            "DROP TABLE sentry_neglectedrule",
        ] { #expect(try sqlite(installation.databasePath, sql) == "") }
        let check = try installation.worker("check")
        #expect(check.output.contains("Sentry of about 26.6 (migration 1118)"), "\(check.output)")
        #expect(
            check.output.contains("Not possible: sentry.neglectedrule: the destination has no such table"),
            "\(check.output)")
    }

    /// Without Django's table of migrations the columns tell the version, and `check` says so.
    @Test func columnsTellTheVersionWithoutMigrations() throws {
        let standard = try installation.worker("check").output
        #expect(standard.contains("Sentry of about 24.9, guessed from its columns: 85 models exact, 0"), "\(standard)")
        try FileManager.default.removeItem(atPath: installation.databasePath)
        let database = try DatabaseConnector.open(DatabaseURL("sqlite://\(installation.databasePath)"), create: true)
        _ = try database.schema.migrate(Catalogue.newest.tables)
        let newest = try installation.worker("check").output
        #expect(newest.contains("Sentry of about 26.6, guessed from its columns: "), "\(newest)")
        #expect(newest.contains(" 0 not possible"), "\(newest)")
        // A table of migrations without Sentry's own tells nothing.
        let table = "CREATE TABLE django_migrations (id integer PRIMARY KEY, app varchar(255), name varchar(255))"
        #expect(try sqlite(installation.databasePath, table) == "")
        #expect(try installation.worker("check").output.contains("Sentry of about 26.6, guessed from its columns: "))
    }

    @Test func exportsForAnotherVersion() throws {
        let rule = Self.row("sentry.rule", 8, #""project": 2, "label": "r", "data": "{}", "owner_user_id": 5"#)
        let project = Self.row("sentry.project", 2, #""organization": 1, "name": "Shop", "slug": "shop""#)
        #expect(
            try imported(try write([Self.organization, Self.user, project, rule]))["status"] as? String == "SUCCESS")
        func export(_ version: String?) throws -> (text: String, errors: String) {
            let flags = version.map { ["--for-version", $0] } ?? []
            let result = try start("relocation-worker", ["export", "organizations"] + flags + ["-"])
            #expect(result.code == 0, "\(result.errors)")
            return (result.output, result.errors)
        }
        let own = try export(nil).text
        #expect(try export("24.9").text == own)
        let older = try export("24.3")
        #expect(own.contains("\"owner_user_id\"") && !older.text.contains("\"owner_user_id\""))
        #expect(older.errors.contains("Left out: sentry.rule.owner_user_id: 1 row."), "\(older.errors)")
        #expect(own.contains("\"user_id\"") == false || older.text.contains("\"user_id\""))
        // 26.6 knows no e-mail model.
        #expect(own.contains("\"sentry.email\""))
        let newer = try export("26.6")
        #expect(!newer.text.contains("\"sentry.email\""))
        #expect(newer.errors.contains("Left out: sentry.email: 1 row."), "\(newer.errors)")
        #expect(try start("relocation-worker", ["export", "users", "--for-version", "19.1", "-"]).code == 64)
    }

    @Test func aModelThatNobodyKnowsIsLearned() throws {
        let sql = """
            CREATE TABLE toys_gadget (id integer NOT NULL PRIMARY KEY AUTOINCREMENT, name character varying(64) NOT NULL,
                organization_id bigint NOT NULL REFERENCES sentry_organization (id) DEFERRABLE INITIALLY DEFERRED,
                user_id bigint NOT NULL, colour text, added timestamp with time zone)
            """
        #expect(try sqlite(installation.databasePath, sql) == "")
        let gadget = Self.row(
            "toys.gadget", 7, #""name": "G", "organization": 1, "user_id": 5, "colour": "red", "added": null"#)
        let path = try write([Self.organization, Self.user, gadget])
        // Without the flag it is an unknown model; with it, a reference waits for a word.
        let plain = try installation.enqueue("organizations", "--check", path)
        #expect(plain.errors.contains("unknown model toys.gadget"), "\(plain.errors)")
        let check = try installation.enqueue("organizations", "--check", "--learn", path)
        #expect(check.errors.contains("toys.gadget"), "\(check.errors)")
        let open = try installation.worker("check", "--learn", path)
        #expect(open.code == 78 && open.output.contains("--learn-reference toys.gadget.user_id=sentry.user"))
        let refused = try imported(path, ["--learn"], code: 1)
        #expect(refused["status"] as? String == "FAILURE")
        #expect(try installation.table("sentry_organization").isEmpty, "nothing was written")

        let word = "toys.gadget.user_id=sentry.user"
        let shown = try installation.worker("check", "--learn", path, "--learn-reference", word)
        #expect(
            shown.code == 0
                && shown.output.contains(
                    "organization_id bigint, field organization, refers to sentry.organization (by its constraint)")
        )
        let status = try imported(path, ["--learn", "--learn-reference", word])
        #expect(status["status"] as? String == "SUCCESS", "\(status["failureReason"] ?? "")")
        let written = try sqlite(
            installation.databasePath,
            "SELECT g.name || '|' || o.slug || '|' || u.username FROM toys_gadget g JOIN sentry_organization o "
                + "ON o.id = g.organization_id JOIN auth_user u ON u.id = g.user_id")
        #expect(written == "G|acme|ann")
        let remembered = try sqlite(installation.databasePath, "SELECT options FROM relocation_import")
        #expect(remembered.contains("learnedModels") && remembered.contains("toys_gadget"))
        let uuid = try #require(status["uuid"] as? String)
        let undo = try installation.enqueue("undo", uuid, "--no-prompt")
        #expect(try installation.worker("run", "--drain").code == 0)
        #expect(try sqlite(installation.databasePath, "SELECT count(*) FROM toys_gadget") == "0", "\(undo.errors)")
    }

    @Test func whatIsLostIsSaidAloud() throws {
        let integration = Self.row(
            "sentry.integration", 3, #""provider": "github", "name": "hub", "external_id": "1", "metadata": {}"#)
        let project = Self.row("sentry.project", 2, #""organization": 1, "name": "Shop", "slug": "shop""#)
        let rule = Self.row("sentry.rule", 8, #""project": 2, "label": "Too slow", "data": "{}""#)
        let path = try write([integration, Self.organization, Self.user, project, rule])
        let plain = try installation.enqueue("global", "--check", path)
        #expect(plain.errors.contains("the integration \"github hub\" (pk 3) comes without an installation"))
        #expect(!plain.errors.contains("Too slow"))
        #expect(plain.errors.contains("Note: 1 alert rule: a destination of Sentry 26.1 or newer"), "\(plain.errors)")
        let keys = [1, 2].map { Self.row("sentry.projectkey", $0, #""project": 2, "label": "\#($0)""#) }
        let several = try write([Self.organization, Self.user, project] + keys, to: "keys.json")
        let done = try imported(several)
        let words = "1 project has several keys: Sentry's own import keeps the last one only"
        #expect(done["losses"] as? [String] == [words])
        #expect(try installation.enqueue("status", #require(done["uuid"] as? String)).output.contains(words))
        let newer = try installation.enqueue("global", "--check", "--destination-version", "26.6", path)
        #expect(newer.errors.contains("the alert rule \"Too slow\" (pk 8) is written and not run"), "\(newer.errors)")
        let refused = try imported(path, ["--destination-version", "26.6"], code: 1)
        #expect((refused["failureReason"] as? String)?.contains("--destination-version") == true, "\(refused)")
    }

    /// Who knows the destination names the rules that it will not run: the plan, and the import.
    @Test func rulesThatAreNotRunAreNamed() throws {
        let newest = Catalogue.of(try #require(SentryVersion("26.6")))
        let workflows = newest.models.filter { $0.name.hasPrefix("workflow_engine.") }.map(\.table)
        try FileManager.default.removeItem(atPath: installation.databasePath)
        let database = try DatabaseConnector.open(DatabaseURL("sqlite://\(installation.databasePath)"), create: true)
        _ = try database.schema.migrate(Catalogue.standard.tables + workflows)
        for sql in [
            "CREATE TABLE django_migrations (id integer PRIMARY KEY, app varchar(255), name varchar(255))",
            "INSERT INTO django_migrations VALUES (1, 'sentry', '0001_squashed_1118_add_things')",
        ] { #expect(try sqlite(installation.databasePath, sql) == "") }
        let project = Self.row("sentry.project", 2, #""organization": 1, "name": "Shop", "slug": "shop""#)
        let rules = [(8, "Too slow"), (9, "Too many")].map {
            Self.row("sentry.rule", $0.0, #""project": 2, "label": "\#($0.1)", "data": "{}""#)
        }
        let path = try write([Self.organization, Self.user, project] + rules)

        let planning = try installation.start("relocation-enqueue", ["plan", "organizations", path])
        let worker = try installation.start("relocation-worker", ["run"])
        let plan = try planning.result()
        worker.process.signal(SIGTERM)
        _ = try worker.result()
        #expect(plan.code == 0, "\(plan.errors)")
        let words = "is written and not run: the destination has moved to workflows"
        #expect(plan.output.contains("the alert rule \"Too slow\" (pk 8) \(words)"), "\(plan.output)")
        #expect(plan.output.contains("the alert rule \"Too many\" (pk 9) \(words)"))

        let status = try imported(path)
        #expect(status["status"] as? String == "SUCCESS", "\(status["failureReason"] ?? "")")
        let change = "sentry.rule.written and not run, the destination has moved to workflows"
        #expect((status["adapted"] as? [String: Int])?[change] == 2)
        let listed = try installation.enqueue("adapted", #require(status["uuid"] as? String))
        #expect(listed.output.contains("\(change): \"Too slow\""), "\(listed.output)")
        #expect(listed.output.contains("\(change): \"Too many\""))
    }
}
