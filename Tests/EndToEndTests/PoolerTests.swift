import Foundation
import Glibc
import ProgramSupport
import TestSupport
import Testing

/// PostgreSQL behind PgBouncer, which gives each transaction another session of the server.
@Suite struct PoolerTests {
    private let server: PostgresServer
    private let url: String
    private let installation: Installation
    private let folder: TemporaryFolder
    private let pooler: ChildProcess
    private let port: Int

    init() throws {
        server = try PostgresServer.shared()
        url = try server.createDatabase()
        installation = try Installation(migrated: false)
        folder = try TemporaryFolder()
        port = try freePort()
        let name = url.split(separator: "/").last.map(String.init) ?? ""
        let direct = try #require(URLComponents(string: url))
        try folder.write(
            """
            [databases]
            \(name) = host=127.0.0.1 port=\(direct.port ?? 5432) dbname=\(name) user=\(direct.user ?? "postgres")
            [pgbouncer]
            listen_addr = 127.0.0.1
            listen_port = \(port)
            unix_socket_dir =
            auth_type = any
            pool_mode = transaction
            default_pool_size = 3
            logfile = \(folder.file("log"))
            server_round_robin = 1

            """, to: "pgbouncer.ini")
        chmod(folder.path, 0o777)
        chmod(folder.file("pgbouncer.ini"), 0o644)
        // It refuses to run as root.
        let user = getuid() == 0 ? ["-u", "postgres"] : []
        pooler = try ChildProcess(
            "/usr/sbin/pgbouncer", user + [folder.file("pgbouncer.ini")], errors: folder.file("err"))
        let log = folder
        guard eventually(within: 20, { log.read("log").contains("process up") }) else {
            throw SystemFailure("pgbouncer did not start: \(folder.read("log"))\(folder.read("err"))")
        }
    }

    private var environment: [String: String?] {
        ["RELOCATION_DATABASE_URL": "postgresql://postgres@127.0.0.1:\(port)/\(url.split(separator: "/").last ?? "")"]
    }

    @Test func aWholeImportThroughTransactions() throws {
        let migrated = try installation.worker("migrate", environment: environment)
        #expect(migrated.code == 0, "\(migrated.errors)")
        let checked = try installation.worker("check", environment: environment)
        #expect(checked.code == 0, "\(checked.errors)\(checked.output)")
        let users = 60
        let file = try installation.folder.write(try SampleExport.json(SampleExport.users(users)), to: "export.json")
        let uuids = try (0..<3).map { _ in
            try installation.enqueue("users", "--merge-users", "--chunk-size", "7", file).lastLine
        }
        // Several slots take turns with the few sessions that there are.
        let end = try installation.worker("run", "--drain", "--concurrency", "4", environment: environment)
        #expect(end.code == 0, "\(end.errors)")
        for uuid in uuids {
            let status = try installation.status(uuid)
            #expect(status["status"] as? String == "SUCCESS", "\(status)")
        }
        #expect(
            try server.sql("SELECT count(*), count(DISTINCT username) FROM auth_user", url: url) == "\(users)|\(users)")
        // Sessions that others use next are as they were.
        let pooled = environment["RELOCATION_DATABASE_URL"] ?? nil
        for _ in 0..<6 {
            #expect(try server.sql("SHOW enable_seqscan", url: pooled ?? "") == "on")
            #expect(try server.sql("SHOW lock_timeout", url: pooled ?? "") == "0")
        }
        let exported = try installation.worker(
            "export", "users", installation.folder.file("again.json"), environment: environment)
        #expect(exported.code == 0, "\(exported.errors)")
        let undone = try installation.enqueue("undo", uuids[2], "--no-prompt")
        #expect(undone.code == 0, "\(undone.errors)")
        #expect(try installation.worker("run", "--drain", environment: environment).code == 0)
    }
}
