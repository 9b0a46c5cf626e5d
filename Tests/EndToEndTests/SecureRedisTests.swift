import Foundation
import Glibc
import ProgramSupport
import TestSupport
import Testing

/// Redis through TLS, with servers that take nothing else.
@Suite struct SecureRedisTests {
    private let authority: TestAuthority
    private let installation: Installation
    private let port: Int

    init() throws {
        authority = try TestAuthority()
        port = try freePort()
        installation = try Self.installation(authority, port, clients: "no")
    }

    private static func installation(
        _ authority: TestAuthority, _ port: Int, clients: String
    ) throws -> Installation {
        try Installation(redisLines: [
            "tls-port \(port)", "tls-cert-file \(authority.serverCertificate)", "tls-key-file \(authority.serverKey)",
            "tls-ca-cert-file \(authority.certificate)", "tls-auth-clients \(clients)",
        ])
    }

    private func at(_ url: String) -> [String: String?] { ["RELOCATION_REDIS_URL": url] }

    private func secure(_ more: String = "") -> String {
        "rediss://localhost:\(port)?ssl_ca_certs=\(authority.certificate)\(more)"
    }

    private func file(users: Int, in installation: Installation) throws -> String {
        try installation.folder.write(try SampleExport.json(SampleExport.users(users)), to: "export.json")
    }

    @Test func aWholeImport() throws {
        let file = try file(users: 5, in: installation)
        let uuid = try installation.enqueue("users", file, environment: at(secure())).lastLine
        #expect(try installation.worker("check", environment: at(secure())).code == 0)
        #expect(try installation.worker("run", "--drain", environment: at(secure())).code == 0)
        #expect(try installation.status(uuid)["status"] as? String == "SUCCESS")
    }

    @Test func whoCannotBeTrusted() throws {
        let other = try TestAuthority()
        let refusals = [
            ("rediss://localhost:\(port)", "certificate"),
            ("rediss://localhost:\(port)?ssl_ca_certs=\(other.certificate)", "certificate"),
            ("rediss://127.0.0.1:\(port)?ssl_ca_certs=\(authority.certificate)", "IP address mismatch"),
            ("redis://localhost:\(port)", "rediss://"),
        ]
        for (url, words) in refusals {
            let result = try installation.enqueue("list", environment: at(url))
            #expect(result.code == 69 && result.errors.contains(words), "\(url): \(result.errors)")
        }
        let missing = try installation.enqueue("list", environment: at(secure("/none")))
        #expect(missing.code == 64 && missing.errors.contains("ca.crt/none"), "\(missing.errors)")
    }

    @Test func tlsWithAServerThatSpeaksPlainly() throws {
        let plain = try RedisServer(tcp: true)
        let url = "rediss://localhost:\(plain.port)?ssl_ca_certs=\(authority.certificate)"
        let result = try installation.enqueue("list", environment: at(url))
        #expect(result.code == 69 && result.errors.contains("speaks TLS"), "\(result.errors)")
    }

    @Test func clientsWithCertificates() throws {
        let port = try freePort()
        let strict = try Self.installation(authority, port, clients: "yes")
        let url = "rediss://localhost:\(port)?ssl_ca_certs=\(authority.certificate)"
        let without = try strict.enqueue("list", environment: at(url))
        #expect(without.code == 69 && without.errors.contains("client certificate"), "\(without.errors)")
        let own = "&ssl_certfile=\(authority.serverCertificate)&ssl_keyfile=\(authority.serverKey)"
        let with = try strict.enqueue("list", environment: at(url + own))
        #expect(with.code == 0, "\(with.errors)")
        let mixed = "&ssl_certfile=\(authority.serverCertificate)&ssl_keyfile=\(authority.certificate)"
        #expect(try strict.enqueue("list", environment: at(url + mixed)).code == 64)
    }

    /// The server ends all connections again and again.
    @Test func connectionsEndInTheMiddleOfAnImport() throws {
        let users = 400
        let file = try file(users: users, in: installation)
        let uuid = try installation.enqueue("users", "--chunk-size", "5", file, environment: at(secure())).lastLine
        let worker = try installation.start("relocation-worker", ["run"], environment: at(secure()))
        var cuts = 0
        while try installation.status(uuid)["status"] as? String == "IN_PROGRESS" {
            try installation.redis.cli(["CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes"])
            cuts += 1
            usleep(30_000)
        }
        worker.process.signal(SIGTERM)
        #expect(try worker.result().code == 0)
        let status = try installation.status(uuid)
        #expect(cuts > 1 && status["status"] as? String == "SUCCESS", "\(status)")
        #expect((status["rows"] as? [String: Int])?["inserted"] == 3 * users)
        let rows = try sqlite(
            installation.databasePath, "SELECT count(*), count(DISTINCT username) FROM auth_user")
        #expect(rows == "\(users) \(users)")
    }
}
