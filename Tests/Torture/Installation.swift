import Foundation
import TestSupport

/// Everything one run needs: a Redis, databases, workers with their proxies, and a simulated operator.
final class Installation: Sendable {
    let redis: RedisServer
    let client: RedisClient
    let server: DestinationServer
    let sites: [Site]
    let simulatedOperator: SimulatedOperator
    /// Logs of all workers.
    let logs: TemporaryFolder
    let journal: Journal
    let serverHealth = ServerHealth()
    let recovery = Recovery()
    /// nil if nobody has to be told.
    let mails: MailBox?

    init(_ setting: Setting, _ workload: Workload, _ server: DestinationServer, isDisturbed: Bool) throws {
        self.server = server
        let redis = try RedisServer(
            [
                "appendonly yes", "appendfsync \(setting.fsync.rawValue)", "maxmemory-policy noeviction",
                "aof-load-truncated yes", "auto-aof-rewrite-percentage 0",
            ], tcp: true)
        self.redis = redis
        client = RedisClient(path: redis.socketPath)
        let logs = try TemporaryFolder()
        self.logs = logs
        journal = Journal(logs.file("journal"))
        let mails = workload.plans.contains(where: \.hasSteps) ? try MailBox() : nil
        self.mails = mails
        var random = SeededRandom(seed: setting.seed, "workers")
        var numbers = 0..<1000
        func site(_ prefix: String, _ workers: Int, _ plans: [Plan], _ inFlight: Int) throws -> Site {
            let database = try server.makeDatabase()
            let made = try (0..<workers).map { _ in
                try Self.worker(
                    numbers.removeFirst(), setting, prefix, database, redis: redis, server: server, logs: logs,
                    mails: mails, concurrency: 1 + random.below(3), isDisturbed: isDisturbed)
            }
            return Site(prefix: prefix, databaseURL: database, workers: made, plans: plans, inFlight: inFlight)
        }
        let plans = isDisturbed ? workload.plans : workload.kept
        var sites = [try site("torture", isDisturbed ? setting.workers : 2, plans, setting.inFlight)]
        if !workload.globals.isEmpty { sites.append(try site("global", isDisturbed ? 2 : 1, workload.globals, 1)) }
        self.sites = sites
        simulatedOperator = try SimulatedOperator(
            sites, program: setting.programs + "/relocation-enqueue", redisURL: redis.url, server: server,
            journal: journal)
        try importBase(workload.base, setting)
    }

    private static func worker(
        _ number: Int, _ setting: Setting, _ prefix: String, _ database: String, redis: RedisServer,
        server: DestinationServer, logs: TemporaryFolder, mails: MailBox?, concurrency: Int, isDisturbed: Bool
    ) throws -> WorkerProcess {
        let redisProxy = try Proxy(to: redis.port)
        var url = database
        var databaseProxy: Proxy?
        if let postgres = server.postgres {
            let proxy = try Proxy(to: postgres.port)
            databaseProxy = proxy
            if isDisturbed { url = url.replacing(":\(postgres.port)/", with: ":\(proxy.port)/") }
        }
        let environment: [String: String?] = [
            "RELOCATION_REDIS_URL": isDisturbed ? "redis://127.0.0.1:\(redisProxy.port)/0" : redis.url,
            "RELOCATION_REDIS_PREFIX": prefix, "RELOCATION_DATABASE_URL": url, "RELOCATION_FAILPOINT": nil,
        ]
        return WorkerProcess(
            number: number, program: setting.programs + "/relocation-worker",
            environment: environment.merging(mails?.environment ?? [:]) { $1 },
            concurrency: concurrency, redisProxy: redisProxy, databaseProxy: databaseProxy, folder: logs)
    }

    /// Imports what the destination holds before the other relocations.
    private func importBase(_ base: Plan, _ setting: Setting) throws {
        let environment: [String: String?] = [
            "RELOCATION_REDIS_URL": redis.url, "RELOCATION_REDIS_PREFIX": "base",
            "RELOCATION_DATABASE_URL": sites[0].databaseURL, "RELOCATION_FAILPOINT": nil,
        ]
        let calls = [("relocation-enqueue", base.arguments), ("relocation-worker", ["run", "--drain"])]
        for (program, arguments) in calls {
            let process = try ChildProcess(
                setting.programs + "/" + program, arguments, environment: environment, output: logs.file("base"),
                errors: logs.file("base"), folder: logs.path)
            guard process.wait() == 0 else { throw SystemFailure("the base: \(logs.read("base"))") }
        }
        client.call("UNLINK", "{base}:record:\(base.uuid)")
    }

    var workers: [WorkerProcess] { sites.flatMap(\.workers) }

    /// Polls Redis and keeps the workers running. One thread calls it again and again.
    func turn() throws {
        for worker in workers { try worker.supervise() }
        var views: [String: RelocationView] = [:]
        for site in sites {
            // Redis is in trouble: skip this poll.
            guard let seen = site.poll(client) else { return }
            views.merge(seen) { first, _ in first }
        }
        recovery.observe(views, at: Date(), calmPeriod: serverHealth.calmPeriod)
    }

    var isFinished: Bool { sites.allSatisfy(\.unfinished.isEmpty) }
    var unfinished: Int { sites.reduce(0) { $0 + $1.unfinished.count } }

    /// Redis has lost data.
    func lostData() {
        serverHealth.lostData()
        for site in sites { site.setForgotten() }
    }

    /// Ends all processes. Returns the number of workers that did not end when told to.
    func end() -> Int {
        simulatedOperator.end()
        var stubborn = 0
        for worker in workers where !worker.retire() { stubborn += 1 }
        for worker in workers {
            worker.redisProxy.close()
            worker.databaseProxy?.close()
        }
        return stubborn
    }
}
