import Foundation
import ProgramSupport
import TestSupport
import Testing

/// What `check` and `run` say of a PostgreSQL that refuses something.
@Suite struct PostgresReadinessTests {
    private let server: PostgresServer
    private let database: String
    private let role: String
    private let installation: Installation

    /// A migrated database, and a role that may only connect.
    init() throws {
        server = try PostgresServer.shared()
        database = try server.createDatabase()
        role = "mover_\(UInt32.random(in: 0 ... .max))"
        installation = try Installation(migrated: false)
        #expect(
            try installation.worker("migrate", environment: ["RELOCATION_DATABASE_URL": database]).code == 0)
        try server.sql("CREATE ROLE \(role) LOGIN", url: database)
    }

    private var environment: [String: String?] {
        ["RELOCATION_DATABASE_URL": database.replacingOccurrences(of: "postgres@", with: "\(role)@")]
    }

    private func worker(_ arguments: String...) throws -> Installation.Result {
        try installation.start("relocation-worker", arguments, environment: environment).result()
    }

    private func grant(_ text: String) throws {
        try server.sql(text.replacingOccurrences(of: "MOVER", with: role), url: database)
    }

    private func enqueue() throws -> String {
        let file = try installation.folder.write(try SampleExport.json(SampleExport.users(3)), to: "export.json")
        return try installation.enqueue("users", file).lastLine
    }

    /// The statements that `check` prints are all that is missing.
    @Test func whatCheckNamesIsWhatRunNeeds() throws {
        let uuid = try enqueue()
        let refused = try worker("check")
        #expect(refused.code == 77, "\(refused.output)\(refused.errors)")
        #expect(refused.errors.contains("The role \(role) lacks permissions on"), "\(refused.errors)")
        let run = try worker("run", "--drain", "--outage-budget", "1")
        #expect(run.code == 77 && run.errors.contains("relocation-worker check"), "\(run.errors)")
        #expect(try installation.status(uuid)["attempts"] as? Int == 0)
        let imports = try worker("imports")
        #expect(imports.code == 77 && imports.errors.contains("GRANT"), "\(imports.errors)")

        for _ in 1...3 {
            // What a schema hides is seen once it may be used.
            let missing = try worker("check").output.split(separator: "\n").filter { $0.hasPrefix("Missing: GRANT ") }
            if missing.isEmpty { break }
            try server.sql(missing.map { String($0.dropFirst(9)) }.joined(separator: "\n"), url: database)
        }
        let allowed = try worker("check")
        #expect(
            allowed.code == 0 && allowed.output.contains("ok       A row was written and taken back"),
            "\(allowed.output)\(allowed.errors)")
        #expect(allowed.output.contains("cannot be known from here") && allowed.output.contains("PostgreSQL "))
        #expect(try worker("run", "--drain").code == 0)
        #expect(try installation.status(uuid)["status"] as? String == "SUCCESS")
        #expect(try worker("imports").code == 0)
        // Nothing stays of what was tried.
        let chunks = "SELECT count(*) FROM sentry_regionimportchunk WHERE model = 'relocation.check'"
        #expect(try server.sql(chunks, url: database) == "0")
    }

    @Test func aGlobalImportNeedsMore() throws {
        try grant("GRANT SELECT, INSERT, UPDATE ON ALL TABLES IN SCHEMA public TO MOVER")
        try grant("GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO MOVER")
        try grant("GRANT USAGE ON SCHEMA relocation TO MOVER; GRANT ALL ON ALL TABLES IN SCHEMA relocation TO MOVER")
        try grant("GRANT ALL ON ALL SEQUENCES IN SCHEMA relocation TO MOVER")
        let result = try worker("check")
        #expect(
            result.code == 0 && result.output.contains("`global` imports would fail"),
            "\(result.output)\(result.errors)")
        #expect(result.output.contains("Missing: GRANT DELETE ON TABLE auth_user TO"), "\(result.output)")
        #expect(result.output.contains("Missing: GRANT UPDATE ON SEQUENCE auth_user_id_seq TO"), "\(result.output)")
        #expect(result.output.contains("undo will not be possible"), "\(result.output)")
        #expect(result.output.contains("Missing: GRANT DELETE ON TABLE sentry_lostpasswordhash TO"), "\(result.output)")
        try grant("GRANT DELETE ON ALL TABLES IN SCHEMA public TO MOVER")
        #expect(try !worker("check").output.contains("undo will not be possible"))
        try grant("REVOKE USAGE ON SEQUENCE auth_user_id_seq FROM MOVER")
        let sequence = try worker("check")
        #expect(
            sequence.code == 77 && sequence.errors.contains("GRANT USAGE ON SEQUENCE auth_user_id_seq"),
            "\(sequence.errors)")
    }

    /// The tables of a schema that the role may not use are not missing.
    @Test func aSchemaThatMayNotBeUsed() throws {
        try grant("REVOKE ALL ON SCHEMA public FROM PUBLIC")
        for command in [["check"], ["run", "--drain"], ["migrate"], ["imports"]] {
            let result = try installation.start("relocation-worker", command, environment: environment).result()
            #expect(result.code == 77, "\(command) \(result.output)\(result.errors)")
            #expect(result.errors.contains("GRANT USAGE ON SCHEMA"), "\(command) \(result.errors)")
        }
    }

    @Test func aMissingRoleAndAMissingDatabase() throws {
        let nobody = database.replacingOccurrences(of: "postgres@", with: "nobody_at_all@")
        for command in [["check"], ["run", "--drain"], ["migrate"], ["imports"]] {
            let result = try installation.start(
                "relocation-worker", command, environment: ["RELOCATION_DATABASE_URL": nobody]
            ).result()
            #expect(result.code == 77 && result.errors.contains("nobody_at_all"), "\(command) \(result.errors)")
            #expect(result.errors.contains("user, password and database"), "\(command) \(result.errors)")
        }
    }

    @Test func aServerThatRejectsTheHost() throws {
        let strict = try PostgresServer()
        let url = try strict.createDatabase()
        let rules = strict.folder.appendingPathComponent("data/pg_hba.conf")
        let before = try String(contentsOf: rules, encoding: .utf8)
        for rule in ["host all mover 127.0.0.1/32 reject\n", ""] {
            let others = before.split(separator: "\n").filter { $0.hasPrefix("local") || $0.contains("127.0.0.1") }
                .map { $0.hasPrefix("host") ? $0.replacingOccurrences(of: " all ", with: " postgres ") : String($0) }
            try (rule + others.joined(separator: "\n") + "\n").write(to: rules, atomically: true, encoding: .utf8)
            _ = try ChildProcess("chown", ["postgres", rules.path]).wait()
            let mover = [
                "RELOCATION_DATABASE_URL": url.replacingOccurrences(of: "postgres@", with: "mover@") as String?
            ]
            try strict.restart()
            for command in [["check"], ["run", "--drain"], ["migrate"], ["imports"]] {
                let result = try installation.start("relocation-worker", command, environment: mover).result()
                #expect(result.code == 77 && result.errors.contains("pg_hba.conf"), "\(command) \(result.errors)")
            }
        }
    }

    @Test func aRoleThatOnlyReads() throws {
        try grant(
            "GRANT ALL ON ALL TABLES IN SCHEMA public TO MOVER; ALTER ROLE MOVER SET default_transaction_read_only = on"
        )
        let result = try worker("check")
        #expect(result.code == 77 && result.errors.contains("default_transaction_read_only"), "\(result.errors)")
    }

    /// A server in recovery answers every question and takes no write.
    @Test func aStandbyIsNamedWithTheRemedy() throws {
        let standby = try PostgresServer()
        let url = try standby.createDatabase()
        let environment = ["RELOCATION_DATABASE_URL": url as String?]
        #expect(try installation.worker("migrate", environment: environment).code == 0)
        let uuid = try enqueue()
        standby.stop()
        let signal = standby.folder.appendingPathComponent("data/standby.signal")
        try Data().write(to: signal)
        try standby.start()
        let commands = [
            ["check"], ["run", "--drain", "--outage-budget", "1"], ["migrate", "--ledger"],
        ]
        for command in commands {
            let result = try installation.start("relocation-worker", command, environment: environment).result()
            if command[0] != "migrate" {
                #expect(result.code == 69, "\(command) \(result.errors)")
                #expect(result.errors.contains("target_session_attrs=read-write"), "\(command) \(result.errors)")
                #expect(result.errors.contains("primary"), "\(command) \(result.errors)")
            }
        }
        standby.stop()
        try FileManager.default.removeItem(at: signal)
        try standby.start()
        #expect(try installation.worker("run", "--drain", environment: environment).code == 0)
        #expect(try installation.status(uuid)["status"] as? String == "SUCCESS")
    }
}
