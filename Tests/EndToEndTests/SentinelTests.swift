import Foundation
import Glibc
import ProgramSupport
import TestSupport
import Testing

/// A Redis with a replica, and sentinels that watch over both.
@Suite struct SentinelTests {
    private let installation: Installation
    private let replica: RedisServer
    private let folder: TemporaryFolder
    private let sentinel: ChildProcess
    private let port: Int

    init() throws {
        installation = try Installation(redisLines: ["repl-diskless-sync-delay 0"], tcp: true)
        replica = try RedisServer(["replicaof 127.0.0.1 \(installation.redis.port)"], tcp: true)
        folder = try TemporaryFolder()
        port = try freePort()
        let file = try folder.write(
            """
            port \(port)
            bind 127.0.0.1
            dir \(folder.path)
            logfile \(folder.file("log"))
            sentinel monitor main 127.0.0.1 \(installation.redis.port) 1
            sentinel down-after-milliseconds main 500
            sentinel failover-timeout main 3000

            """, to: "sentinel.conf")
        sentinel = try ChildProcess("redis-server", [file, "--sentinel"])
        let (log, replica) = (folder, replica)
        let isReady = eventually(within: 30) {
            // It knows the replica from the master.
            log.read("log").contains("+slave slave 127.0.0.1:\(replica.port)")
                && (try? replica.cli(["INFO", "replication"]))?.contains("master_link_status:up") == true
        }
        guard isReady else {
            throw SystemFailure("the sentinel did not start: \(folder.read("log").suffix(500))")
        }
    }

    private func at(_ url: String) -> [String: String?] { ["RELOCATION_REDIS_URL": url] }

    /// The first sentinel is away.
    private var url: String { "redis-sentinel://127.0.0.1:1,127.0.0.1:\(port)/main" }

    @Test func anotherServerTakesOverInTheMiddleOfAnImport() throws {
        let users = 600
        let file = try installation.folder.write(try SampleExport.json(SampleExport.users(users)), to: "export.json")
        let uuid = try installation.enqueue("users", "--chunk-size", "5", file, environment: at(url)).lastLine
        // It works on when the server is gone.
        let worker = try installation.start(
            "relocation-worker", ["run"],
            environment: at(url).merging(["RELOCATION_FAILPOINT": "acknowledge.after:2:hang3"]) { $1 })
        func status() throws -> [String: Any] {
            let text = try installation.enqueue("status", uuid, "--json", environment: at(url)).output
            return try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any] ?? [:]
        }
        #expect(
            eventually(within: 60) {
                let chunks = (try? status())?["chunks"] as? [String: Int]
                return (chunks?["done"] ?? 0) > 0
            })
        installation.redis.kill()
        #expect(eventually(within: 60) { (try? status())?["status"] as? String == "SUCCESS" })
        worker.process.signal(SIGTERM)
        #expect(try worker.result().code == 0, "\(worker.errorsSoFar.suffix(2_000))")
        #expect(folder.read("log").contains("+switch-master main"))
        let rows = try sqlite(
            installation.databasePath, "SELECT count(*), count(DISTINCT username) FROM auth_user")
        #expect(rows == "\(users) \(users)")
        #expect((try status()["rows"] as? [String: Int])?["inserted"] == 3 * users)
    }

    @Test func namesThatLeadNowhere() throws {
        let unknown = try installation.enqueue(
            "list", environment: at("redis-sentinel://127.0.0.1:\(port)/other"))
        #expect(unknown.code == 64 && unknown.errors.contains("no master of the name other"), "\(unknown.errors)")
        let noSentinel = try installation.enqueue(
            "list", environment: at("redis-sentinel://127.0.0.1:\(replica.port)/main"))
        #expect(noSentinel.code == 69 && noSentinel.errors.contains("no sentinel"), "\(noSentinel.errors)")
        let nobody = try installation.enqueue("list", environment: at("redis-sentinel://127.0.0.1:1,127.0.0.1:2/main"))
        #expect(nobody.code == 69 && nobody.errors.contains("None of the 2 sentinels"), "\(nobody.errors)")
        let listed = try installation.enqueue("list", environment: at(url))
        #expect(listed.code == 0, "\(listed.errors)")
    }
}
