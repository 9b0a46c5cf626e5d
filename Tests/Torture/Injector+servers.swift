import Foundation
import Storage
import TestSupport

extension Injector {
    func pause(_ fault: Fault, _ shortest: Double, _ longest: Double) {
        usleep(UInt32(fault.seconds(shortest, longest) * 1e6))
    }

    // MARK: Redis

    func injectRedis(_ fault: Fault) throws -> Bool {
        let (redis, client) = (installation.redis, installation.client)
        switch fault.kind {
        case .redisKilled:
            redis.kill()
            pause(fault, 0, 1.5)
            try redis.start()
        case .redisFrozen:
            redis.freeze()
            pause(fault, 0.3, 6)
            redis.thaw()
        case .redisReadOnly:
            client.call("REPLICAOF", "127.0.0.1", "1")
            pause(fault, 0.2, 2.5)
            while client.call("REPLICAOF", "NO", "ONE")?.text != "OK" { usleep(10_000) }
        case .redisFull:
            client.call("CONFIG", "SET", "maxmemory", "1mb")
            pause(fault, 0.2, 2)
            while client.call("CONFIG", "SET", "maxmemory", "0")?.text != "OK" { usleep(10_000) }
        case .redisLostSecond: return try loseSecond(fault)
        case .wrongFile:
            try replaceRedis(fault)
            return try enqueueWrongFile(fault)
        default: try replaceRedis(fault)
        }
        return true
    }

    /// Simulates a power cut: Redis loses what was not on disk yet.
    private func loseSecond(_ fault: Fault) throws -> Bool {
        guard let file = appendOnlyFile() else { return false }
        installation.redis.kill()
        let size = sizeBefore
        installation.lostData()
        pause(fault, 0, 0.5)
        if let size { truncate(file, Int(size)) }
        forgetSizes()
        try installation.redis.start()
        return size != nil
    }

    func replaceRedis(_ fault: Fault) throws {
        installation.redis.kill()
        installation.lostData()
        try FileManager.default.removeItem(atPath: installation.redis.folder.file("appendonlydir"))
        forgetSizes()
        pause(fault, 0, 0.5)
        try installation.redis.start()
    }

    // MARK: The database

    func injectDatabase(_ fault: Fault) throws -> Bool {
        switch fault.kind {
        case .diskFull:
            installation.server.disk?.fill()
            pause(fault, 0.3, 2)
            installation.server.disk?.clear()
            return true
        case .tablesLocked: return try lockTables(fault)
        case .databaseRestored: return try restoreDatabase(fault)
        case .databaseKilled:
            guard let server = installation.server.postgres else { return false }
            server.kill()
            pause(fault, 0, 0.7)
            try server.start()
            return true
        default: return try crash()
        }
    }

    /// Kills one of the server's processes: the server then ends all others and recovers.
    private func crash() throws -> Bool {
        guard let server = installation.server.postgres,
            let session = PostgresSession(installation.sites[0].databaseURL)
        else { return false }
        let query = "SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
        guard let pid = session.rows(query)?.first?.first.flatMap({ Int32($0) }) else { return false }
        kill(pid, SIGKILL)
        return eventually(within: 60) { PostgresSession(server.url(database: "postgres")) != nil }
    }

    private func lockTables(_ fault: Fault) throws -> Bool {
        let site = installation.sites[0]
        let seconds = fault.seconds(0.3, 4)
        if setting.database == .sqlite {
            let timeouts = DatabaseTimeouts(lockMilliseconds: 10_000)
            let database = try DatabaseConnector.open(try DatabaseURL(site.databaseURL), timeouts: timeouts)
            try database.begin()
            usleep(UInt32(seconds * 1e6))
            database.rollback()
            return true
        }
        guard let session = PostgresSession(site.databaseURL), session.run("BEGIN"),
            session.run("LOCK TABLE \(Self.chunkTables) IN SHARE MODE")
        else { return false }
        usleep(UInt32(seconds * 1e6))
        let waiting = session.rows(Self.waiting)?.count ?? 0
        _ = session.run("ROLLBACK")
        return waiting > 0
    }

    fileprivate static let chunkTables = "sentry_controlimportchunk, sentry_regionimportchunk"

    /// Selects the sessions that wait for a lock that this session holds.
    fileprivate static let waiting =
        "SELECT pid FROM pg_stat_activity WHERE pg_backend_pid() = ANY(pg_blocking_pids(pid))"

    // MARK: Sessions

    func injectSession(_ fault: Fault) {
        guard installation.server.postgres != nil,
            let session = PostgresSession(installation.sites[fault.rank % installation.sites.count].databaseURL)
        else { return record(fault.kind, met: false) }
        switch fault.kind {
        case .deadlock:
            installation.serverHealth.begin()
            record(fault.kind, met: provokeDeadlock(session))
            installation.serverHealth.end()
        case .sessionTerminated:
            let states = "state IN ('active', 'idle in transaction')"
            record(fault.kind, met: hit(session, "pg_terminate_backend", states, fault.rank))
        default: record(fault.kind, met: hit(session, "pg_cancel_backend", "state = 'active'", fault.rank))
        }
    }

    /// Calls a function on one of the sessions in the given state.
    private func hit(_ session: PostgresSession, _ function: String, _ state: String, _ rank: Int) -> Bool {
        let query = """
            SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()
            AND \(state) AND query NOT LIKE '%pg_stat_activity%' AND backend_type = 'client backend' ORDER BY pid
            """
        return eventually(within: 0.5) {
            guard let found = session.rows(query), !found.isEmpty else { return false }
            return session.rows("SELECT \(function)(\(found[rank % found.count][0]))")?.first?.first == "t"
        }
    }

    /// Locks the chunk tables, then a table that a worker has written and that now waits for the chunk tables.
    private func provokeDeadlock(_ session: PostgresSession) -> Bool {
        guard session.run("SET deadlock_timeout = '20s'; SET lock_timeout = '5s'"), session.run("BEGIN"),
            session.run("LOCK TABLE \(Self.chunkTables) IN SHARE MODE")
        else { return false }
        defer { _ = session.run("ROLLBACK") }
        let written = """
            SELECT l.relation::regclass::text FROM pg_locks l JOIN pg_class c ON c.oid = l.relation
            WHERE l.granted AND l.mode = 'RowExclusiveLock' AND c.relkind = 'r' AND l.pid IN (\(Self.waiting))
            LIMIT 1
            """
        var table: String?
        _ = eventually(within: 0.6) {
            table = session.rows(written)?.first?.first
            return table != nil
        }
        // Both wait for each other now. The worker detects the deadlock, because it has waited longer.
        guard let table else { return false }
        return session.run("LOCK TABLE \(table) IN SHARE MODE")
    }
}
