import Foundation
import Testing
import TestSupport

@testable import Storage

/// Connections that are encrypted, to a server whose certificate an authority of our own has signed.
@Suite("TLS to PostgreSQL", .serialized)
struct TLSTests {
    private struct Secured {
        let authority: TestAuthority
        let server: PostgresServer
    }

    private static let secured = Result {
        let authority = try TestAuthority()
        return Secured(authority: authority, server: try PostgresServer(settings: authority.postgresSettings))
    }

    private static func url(_ parameters: String, host: String = "localhost", port: Int? = nil) throws -> DatabaseURL {
        let port = try port ?? secured.get().server.port
        return try DatabaseURL("postgresql://postgres@\(host):\(port)/postgres?hostaddr=127.0.0.1&\(parameters)")
    }

    private static func isEncrypted(_ database: any Database) throws -> Bool {
        let postgres = try #require(database as? PostgresDatabase)
        let sql = "SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()"
        return try postgres.perform([PostgresCommand(sql)])[0].bool(0, 0)
    }

    @Test("sslmode decides whether a connection is encrypted")
    func modes() throws {
        let root = "sslrootcert=\(try Self.secured.get().authority.certificate)"
        #expect(try !Self.isEncrypted(try DatabaseConnector.open(try Self.url("sslmode=disable"))))
        for parameters in ["sslmode=require", "sslmode=verify-ca&\(root)", "sslmode=verify-full&\(root)"] {
            let database = try DatabaseConnector.open(try Self.url(parameters))
            #expect(try Self.isEncrypted(database), "\(parameters)")
            // A write works, although a session was lost meanwhile.
            try database.begin()
            #expect(try !database.schema.hasTable("auth_user"))
            try database.commit()
        }
        let name = try DatabaseConnector.open(try Self.url("sslmode=verify-ca&\(root)", host: "other.example"))
        #expect(try Self.isEncrypted(name), "verify-ca checks no name")
    }

    @Test("An invalid certificate is refused at once, without waiting")
    func refused() throws {
        let authority = try Self.secured.get().authority
        let stranger = try TestAuthority()
        let root = "sslrootcert=\(authority.certificate)"
        for (url, words) in [
            (try Self.url("sslmode=verify-full&\(root)", host: "other.example"), "does not match host name"),
            (try Self.url("sslmode=verify-full&sslrootcert=\(stranger.certificate)"), "certificate verify failed"),
            (try Self.url("sslmode=verify-ca&sslrootcert=/nowhere/ca.crt"), "/nowhere/ca.crt"),
            (try Self.url("sslmode=require", port: try PostgresServer.shared().port), "does not support SSL"),
        ] {
            let error = try failure { _ = try DatabaseConnector.open(url) }
            #expect(error.description.contains(words), "\(error)")
            #expect(error.kind == .permissionDenied, "\(error)")
            #expect(!error.isTransient)
        }
    }
}
