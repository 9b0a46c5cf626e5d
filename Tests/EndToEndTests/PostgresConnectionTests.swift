import Foundation
import ProgramSupport
import TestSupport
import Testing

/// The ways in which libpq's users name a server and a user.
@Suite struct PostgresConnectionTests {
    @Test func aServiceFileAndAPasswordFile() throws {
        let server = try PostgresServer(password: Refusal.secret)
        let admin = server.url(database: "postgres", user: "postgres:\(Refusal.secret)")
        try server.sql("CREATE DATABASE destination", url: admin)
        let installation = try Installation(migrated: false)
        let folder = installation.folder
        try folder.write(
            "[moving]\nhost=127.0.0.1\nport=\(server.port)\nuser=postgres\ndbname=destination\n", to: "services")
        try folder.write("127.0.0.1:\(server.port):destination:postgres:\(Refusal.secret)\n", to: "passwords")
        try folder.write("127.0.0.1:\(server.port):*:postgres:wrong\n", to: "wrong")
        func environment(_ passwords: String?) -> [String: String?] {
            [
                "RELOCATION_DATABASE_URL": "postgresql://?service=moving", "PGSERVICEFILE": folder.file("services"),
                "PGPASSFILE": passwords.map { folder.file($0) },
            ]
        }
        for passwords in ["wrong", nil] {
            let refused = try installation.worker("check", environment: environment(passwords))
            #expect(refused.code == 77, "\(refused.errors)")
            #expect(!refused.errors.contains(Refusal.secret))
        }
        let right = environment("passwords")
        let migrated = try installation.worker("migrate", environment: right)
        #expect(migrated.code == 0, "\(migrated.errors)")
        let file = try folder.write(try SampleExport.json(SampleExport.users(3)), to: "export.json")
        let uuid = try installation.enqueue("users", file).lastLine
        let end = try installation.worker("run", "--drain", environment: right)
        #expect(end.code == 0, "\(end.errors)")
        #expect(!(migrated.output + end.errors).contains(Refusal.secret))
        #expect(try installation.status(uuid)["status"] as? String == "SUCCESS")
        let count = "SELECT count(*) FROM auth_user"
        let destination = server.url(database: "destination", user: "postgres:\(Refusal.secret)")
        #expect(try server.sql(count, url: destination) == "3")
    }

    /// An unknown service, or a certificate of an unknown authority: an operator must act, so no worker waits.
    @Test func permanentConnectionErrorsEndAtOnce() throws {
        let authority = try TestAuthority()
        let server = try PostgresServer(settings: authority.postgresSettings)
        let installation = try Installation(migrated: false)
        let stranger = try TestAuthority()
        let host = "postgresql://postgres@localhost:\(server.port)/postgres?hostaddr=127.0.0.1&sslmode=verify-full"
        let right = ["RELOCATION_DATABASE_URL": "\(host)&sslrootcert=\(authority.certificate)" as String?]
        let wrong = ["RELOCATION_DATABASE_URL": "\(host)&sslrootcert=\(stranger.certificate)" as String?]
        #expect(try installation.worker("migrate", environment: right).code == 0)
        for arguments in [["check"], ["run", "--drain"]] {
            let refused = try installation.start("relocation-worker", arguments, environment: wrong).result()
            #expect(refused.code == 77, "\(refused.errors)")
            #expect(refused.errors.contains("certificate verify failed"), "\(refused.errors)")
            #expect(try installation.start("relocation-worker", arguments, environment: right).result().code == 0)
        }
        let service = ["RELOCATION_DATABASE_URL": "postgresql://?service=absent" as String?]
        let unknown = try installation.worker("check", environment: service)
        #expect(unknown.code != 0 && unknown.errors.contains("absent"), "\(unknown.errors)")
    }

    /// Of several hosts the first that answers and takes writes is used.
    @Test func severalHosts() throws {
        let server = try PostgresServer()
        let installation = try Installation(migrated: false)
        func at(_ attributes: String) -> [String: String?] {
            let hosts = "127.0.0.1:\((try? freePort()) ?? 1),127.0.0.1:\(server.port)"
            return [
                "RELOCATION_DATABASE_URL": "postgresql://postgres@\(hosts)/postgres?target_session_attrs=\(attributes)"
            ]
        }
        #expect(try installation.worker("migrate", environment: at("read-write")).code == 0)
        let file = try installation.folder.write(try SampleExport.json(SampleExport.users(3)), to: "export.json")
        let uuid = try installation.enqueue("users", file).lastLine
        #expect(try installation.worker("run", "--drain", environment: at("primary")).code == 0)
        #expect(try installation.status(uuid)["status"] as? String == "SUCCESS")
        try server.sql("ALTER SYSTEM SET default_transaction_read_only = on")
        try server.sql("SELECT pg_reload_conf()")
        let check = try installation.worker("check", environment: at("read-write"))
        #expect(check.code != 0 && check.errors.contains("read-only"), "\(check.errors)\(check.output)")
    }
}
