import Catalogue
import Foundation
import ProgramSupport
import TestSupport
import Testing

/// Imports into Sentry's own database: no table of ours is created there, and no other table changes.
@Suite struct SentryDatabaseTests {
    /// Both programs at an installation of Sentry.
    private final class Sentry {
        let schema: SentrySchema
        let installation: Installation
        let url: String

        init(leftOut: Set<String> = []) throws {
            schema = SentrySchema(leftOut: leftOut)
            installation = try Installation(migrated: false)
            url = try PostgresServer.shared().createDatabase(template: Self.template.get())
            for table in leftOut { try sql("DROP TABLE \(table) CASCADE") }
        }

        /// A database to copy: that many tables take seconds to make.
        private static let template = Result {
            let url = try PostgresServer.shared().createDatabase()
            try PostgresServer.shared().sql("BEGIN;\n\(SentrySchema().sql);\nCOMMIT", url: url)
            return String(url.split(separator: "/").last ?? "")
        }

        @discardableResult
        func sql(_ text: String) throws -> String { try PostgresServer.shared().sql(text, url: url) }

        private var environment: [String: String?] { ["RELOCATION_DATABASE_URL": url] }

        func worker(_ arguments: String...) throws -> Installation.Result {
            try installation.start("relocation-worker", arguments, environment: environment).result()
        }

        /// Imports a file to its end; the status.
        func run(_ scope: String, _ file: String, flags: [String] = []) throws -> [String: Any] {
            let arguments = [scope, "--no-prompt"] + flags + [file]
            let queued = try installation.start("relocation-enqueue", arguments, environment: environment).result()
            #expect(queued.code == 0, "\(queued.errors)")
            let end = try worker("run", "--drain")
            let status = try installation.status(queued.lastLine)
            #expect(end.code == (status["status"] as? String == "FAILURE" ? 1 : 0), "\(end.errors)")
            return status
        }

        func write(_ rows: [String], to name: String) throws -> String {
            try installation.folder.write("[\(rows.joined(separator: ",\n"))]", to: name)
        }

        /// Table → its rows' number and digest.
        func tables() throws -> [String: String] { try PostgresServer.shared().digests(of: url) }

        func count(_ table: String) throws -> Int {
            Int(try sql("SELECT count(*) FROM \(SentryDatabaseTests.quoted(table))")) ?? -1
        }

        func sequences() throws -> [String: String] {
            let text = try sql("SELECT sequencename || '|' || coalesce(last_value, 0) FROM pg_sequences")
            let pairs = text.split(separator: "\n").map { $0.split(separator: "|").map(String.init) }
            return Dictionary(uniqueKeysWithValues: pairs.map { ($0[0], $0[1]) })
        }

        /// The rows before a test: users, an organization, and a row in every other table.
        func furnish() throws {
            let file = try write(SentryDatabaseTests.organizationRows + SentryDatabaseTests.globalRows, to: "live.json")
            let status = try run("global", file)
            #expect(status["status"] as? String == "SUCCESS", "\(status)")
            try sql(schema.rowsOfOthers(except: SentryDatabaseTests.written))
        }
    }

    fileprivate static func quoted(_ name: String) -> String { "\"\(name)\"" }

    /// The tables, apart from the models' own, that the reference writes in an import (behaviour: chunk rows, side
    /// effects, derived state). Cache versions and tombstones serve its own caches.
    private static let written: Set<String> = [
        "sentry_controlimportchunk", "sentry_controlimportchunkreplica", "sentry_regionimportchunk",
        "sentry_lostpasswordhash", "sentry_organizationslugreservation",
        "hybridcloud_organizationslugreservationreplica", "sentry_organizationmapping",
        "sentry_organizationmembermapping", "sentry_organizationmember_teamsreplica", "sentry_teamreplica",
        "hybridcloud_orgauthtokenreplica", "hybridcloud_apikeyreplica", "hybridcloud_apitokenreplica",
        "sentry_authproviderreplica", "sentry_authidentityreplica", "sentry_controloutbox",
    ]

    /// A row with the fields given, and the plainest value in each other that a row must have.
    private static func row(_ name: String, _ pk: Int, _ fields: String...) -> String {
        let columns = Catalogue.standard.model("sentry.\(name)")?.columns ?? []
        let missing = columns.filter { column in
            !column.isNullable && !column.isPrimaryKey && !column.isDatabaseOnly
                && column.defaultValue == .literal(.null) && !fields.joined().contains("\"\(column.field)\":")
        }
        let all = fields + missing.map { "\"\($0.field)\":\($0.type.plainJSON)" }
        return "{\"model\":\"sentry.\(name)\",\"pk\":\(pk),\"fields\":{\(all.joined(separator: ","))}}"
    }

    private static let userRows = [
        row("user", 20, #""username":"a@x.com","name":"A","email":"a@x.com","is_staff":true"#),
        row("user", 21, #""username":"b@x.com","name":"B","email":"B@x.com""#),
        row("email", 1, #""email":"a@x.com""#),
        row("useroption", 1, #""user":20,"key":"theme","value":"\"dark\"""#),
        row("useremail", 1, #""user":20,"email":"a@x.com","is_verified":true"#),
        row("useremail", 2, #""user":21,"email":"second@x.com""#),
    ]

    private static let organizationRows = [
        row("organization", 10, #""name":"Acme","slug":"acme","flags":"1""#),
        row("organizationoption", 1, #""organization":10,"key":"k","value":"\"x\"""#),
        row("team", 30, #""organization":10,"slug":"core","name":"Core""#),
        userRows[0], userRows[1],
        row("savedsearch", 1, #""organization":10,"owner_id":20,"type":0,"name":"s","query":"q","visibility":"owner""#),
        row("project", 40, #""organization":10,"slug":"web","name":"Web""#),
        row(
            "orgauthtoken", 1, #""organization_id":10,"name":"t","created_by":20"#, #""scope_list":"['org:ci']""#,
            #""token_hashed":"\#(String(repeating: "a", count: 64))""#),
        row("organizationmember", 50, #""organization":10,"user_id":20,"role":"owner""#),
        row("organizationmember", 51, #""organization":10,"email":"invited@x.com","inviter_id":20"#),
        row("monitor", 1, #""organization_id":10,"project_id":40,"slug":"cron","name":"Cron","config":{"a":[1]}"#),
        row("environment", 60, #""organization_id":10,"name":"prod""#),
        userRows[2],
        row("dashboard", 70, #""organization":10,"title":"D","created_by_id":20"#),
        userRows[4], userRows[5],
        row("snubaquery", 80, #""dataset":"events","aggregate":"count()","environment":60"#),
        row("rule", 90, #""project":40,"label":"r","data":"{\"conditions\":[]}","owner_team":30"#),
        row("querysubscription", 1, #""project":40,"snuba_query":80,"type":"t""#),
        row("projectteam", 1, #""project":40,"team":30"#),
        row("projectoption", 1, #""project":40,"key":"sentry:option-epoch","value":11"#),
        row(
            "projectkey", 1, #""project":40,"label":"Main""#,
            #""public_key":"\#(String(repeating: "b", count: 32))""#,
            #""secret_key":"\#(String(repeating: "c", count: 32))""#),
        row("organizationmemberteam", 1, #""organizationmember":50,"team":30"#),
        row("environmentproject", 1, #""environment":60,"project":40"#),
        row("dashboardwidget", 1, #""dashboard":70,"order":0,"title":"W","display_type":0,"widget_type":0"#),
        row("alertrule", 100, #""organization":10,"snuba_query":80,"name":"A","threshold_period":1"#),
        row("alertruletrigger", 1, #""alert_rule":100,"label":"critical","alert_threshold":1.5"#),
        row("incident", 1, #""organization":10,"alert_rule":100,"identifier":1,"title":"I""#),
    ]

    private static let configRows = [
        row("controloption", 1, #""key":"system.a","value":"\"x\"""#), row("option", 1, #""key":"b","value":3"#),
        row("relay", 1, #""relay_id":"r-1","public_key":"k""#),
        row("relayusage", 1, #""relay_id":"r-1","version":"1""#),
        userRows[0],
        row("userpermission", 1, #""user":20,"permission":"users.admin""#),
        row("userrole", 1, #""name":"Super","permissions":"['a.b']""#), row("userroleuser", 1, #""user":20,"role":1"#),
        row("apitoken", 1, #""user":20,"token":"t1","scope_list":"['org:read']""#),
    ]

    /// Continues the organization's rows.
    private static let globalRows = [
        row("integration", 1, #""provider":"slack","external_id":"1","name":"S","metadata":{}"#),
        row("repository", 1, #""organization_id":10,"name":"repo","languages":"['swift']""#),
        row("userip", 1, #""user":20,"ip_address":"::1""#),
        row("authprovider", 1, #""organization_id":10,"provider":"saml","config":{}"#),
        row("authidentity", 1, #""auth_provider":1,"user":20,"ident":"i","data":{}"#),
        row("apikey", 1, #""organization_id":10,"key":"k1","scope_list":"[]""#),
        row("apiapplication", 1, #""owner":20,"name":"App","client_id":"ci","client_secret":"cs","redirect_uris":"""#),
        row("sentryapp", 1, #""owner_id":10,"application":1,"creator_user":20,"name":"SA","slug":"sa","uuid":"u1""#),
        row("apitoken", 2, #""user":20,"application":1,"token":"t2""#),
        row("sentryappinstallation", 1, #""organization_id":10,"sentry_app":1,"api_token":2,"uuid":"u2""#),
        row("servicehook", 1, #""organization_id":10,"project_id":40,"application_id":1,"url":"https://h""#),
    ]

    @Test func checkHasNothingToSay() throws {
        let sentry = try Sentry()
        let before = try sentry.tables()
        let check = try sentry.worker("check")
        #expect(check.code == 0, "\(check.errors)")
        #expect(!check.output.contains("Mismatch"), "\(check.output)")
        let differences = check.output.split(separator: "\n").filter { $0.hasPrefix("Differs") }
        #expect(differences.count == 1 && differences[0].contains("the ledger is missing"), "\(check.output)")
        // Everything is there: nothing is made.
        let migrate = try sentry.worker("migrate")
        #expect(migrate.code == 0 && migrate.output.contains("already"), "\(migrate.errors)")
        let schemas = "SELECT count(*) FROM pg_namespace WHERE nspname = 'relocation'"
        #expect(try sentry.sql(schemas) == "0", "the ledger comes only where it is asked for")
        #expect(try sentry.worker("migrate", "--ledger").code == 0)
        #expect(try sentry.sql(schemas) == "1")
        #expect(try !sentry.worker("check").output.contains("Differs"))
        #expect(try sentry.tables() == before)
    }

    @Test(arguments: ["users", "organizations", "config"]) func anImportTouchesItsOwnTablesAlone(_ scope: String) throws
    {
        let sentry = try Sentry()
        try sentry.furnish()
        let before = try sentry.tables()
        let rows = ["users": Self.userRows, "organizations": Self.organizationRows, "config": Self.configRows][scope]
        let file = try sentry.write(try #require(rows), to: "export.json")
        let status = try sentry.run(scope, file)
        #expect(status["status"] as? String == "SUCCESS", "\(status)")
        let counts = try #require(status["rows"] as? [String: Int])
        #expect(counts["dropped"] == 0, "\(status)")
        let after = try sentry.tables()
        #expect(after.keys.sorted() == before.keys.sorted(), "no table is made")
        let models = Catalogue.standard.models.filter { model in
            !model.scopes.isDisjoint(with: Set(ImportScope(rawValue: scope)?.accepted ?? []))
        }
        // A user's address makes a row of that model in every scope.
        let allowed = Set(models.map(\.table.name)).union(Self.written).union(["sentry_email"])
        let changed = Set(after.filter { before[$0.key] != $0.value }.keys)
        #expect(changed.subtracting(allowed) == [])
        #expect(changed.contains("auth_user"))
        #expect(after["sentry_regionoutbox"] == before["sentry_regionoutbox"])
        #expect(after["sentry_controloutbox"] == before["sentry_controloutbox"], "drained by the reference")
        // The same again changes nothing.
        let again = try sentry.run(scope, file, flags: ["--import-uuid", try #require(status["uuid"] as? String)])
        #expect(again["rows"] as? [String: Int] == counts)
        #expect(try sentry.tables() == after)
    }

    @Test(arguments: [[], ["feedback_feedback", "sentry_useravatar", "sentry_sentryshot"]] as [Set<String>])
    func aGlobalImportReplacesTheCatalogueAndNothingElse(_ leftOut: Set<String>) throws {
        let sentry = try Sentry(leftOut: leftOut)
        try sentry.furnish()
        let before = try sentry.tables()
        let numbers = try sentry.sequences()
        let foreign = ["django_migrations", "auth_group", "sentry_actor", "django_content_type"]

        let broken = try sentry.write(
            Self.organizationRows + [Self.row("sentryapp", 1, #""owner_id":10,"name":"x","slug":null,"uuid":"z""#)],
            to: "broken.json")
        let failed = try sentry.run("global", broken)
        #expect(failed["status"] as? String == "FAILURE")
        #expect(try sentry.tables() == before, "a failed import leaves every row")
        #expect(try sentry.sequences() == numbers, "and every sequence")

        let file = try sentry.write(
            Self.organizationRows + Self.configRows.filter { !$0.contains("a@x.com") } + Self.globalRows,
            to: "export.json")
        let status = try sentry.run("global", file)
        #expect(status["status"] as? String == "SUCCESS", "\(status)")
        let after = try sentry.tables()
        for table in foreign { #expect(after[table] == before[table], "\(table)") }
        let models = Set(Catalogue.standard.models.map(\.table.name))
        for table in Catalogue.standard.fullOrder.map(\.table) where !leftOut.contains(table) {
            if models.contains(table) || Self.written.contains(table) { continue }
            #expect(try sentry.count(table) == 0, "\(table) is emptied")
            if table != "nodestore_node" { #expect(try sentry.sequences()["\(table)_id_seq"] == "0", "\(table)") }
        }
        let users = try sentry.sql("SELECT string_agg(id || username, ',' ORDER BY id) FROM auth_user")
        #expect(users == "1a@x.com,2b@x.com")
        #expect(try sentry.sql("SELECT id FROM sentry_project") == "40", "projects keep their ids")
        #expect(try sentry.sql("SELECT plan FROM sentry_organization") == "f", "a column of another version")
        // The one message that the reference leaves: of the installation with a token.
        #expect(
            try sentry.sql("SELECT shard_scope || ' ' || category || ' ' || shard_identifier FROM sentry_controloutbox")
                == "1 32 1")
        #expect(try sentry.count("sentry_regionoutbox") == 0)
        // What is numbered next follows what was written.
        #expect(
            try sentry.sql("INSERT INTO sentry_identityprovider (payload) VALUES ('y') RETURNING id") == "1")
        #expect(try sentry.sql("SELECT nextval('auth_user_id_seq')") == "3")
    }
}

extension ColumnType {
    fileprivate var plainJSON: String {
        switch self {
        case .smallint, .integer, .bigint, .double: "1"
        case .boolean: "false"
        case .varchar, .text, .citext, .inet, .uuid: #""x""#
        case .timestamptz, .timestamp: #""2024-01-01T00:00:00Z""#
        case .json, .jsonb: "{}"
        case .textArray, .doubleArray: #""[]""#
        }
    }
}
