import Foundation
import Storage
import TestSupport

extension Injector {
    /// Longer than a worker's lease.
    private static let beyondLease = 4.3

    /// Chooses a worker that holds a relocation and has no other fault.
    private func victim(_ rank: Int) -> (Site, WorkerProcess)? {
        var found: (Site, WorkerProcess)?
        _ = eventually(within: 1.5) {
            let eligible = installation.sites.flatMap { site in
                site.workers.filter { worker in
                    guard !worker.isTroubled, let pid = worker.pid else { return false }
                    return !site.held(by: pid).isEmpty
                }.map { (site, $0) }
            }
            if !eligible.isEmpty { found = eligible[rank % eligible.count] }
            return found != nil
        }
        return found
    }

    func injectWorker(_ fault: Fault) {
        guard let (site, worker) = victim(fault.rank), let pid = worker.pid else {
            return record(fault.kind, met: false)
        }
        let calmPeriod = installation.serverHealth.calmPeriod
        let since = Date()
        switch fault.kind {
        case .workerKilled:
            worker.signal(SIGKILL)
            // Redis shows what the dead process held, so it is certain that the fault met work.
            met(fault.kind, holdings(site, pid), since, calmPeriod)
        case .workerFrozen:
            worker.freeze()
            freeze(fault, site, worker, pid, since, calmPeriod)
        case .workerTerminated:
            met(fault.kind, site.held(by: pid), since, calmPeriod)
            worker.signal(SIGTERM)
        case .redisCut, .databaseCut:
            let proxy = fault.kind == .redisCut ? worker.redisProxy : worker.databaseProxy
            let held = site.held(by: pid)
            met(fault.kind, (proxy?.cut() ?? 0) > 0 ? held : [], since, calmPeriod)
        case .redisDelayed, .databaseDelayed:
            let proxy = fault.kind == .redisDelayed ? worker.redisProxy : worker.databaseProxy
            proxy?.delay(seconds: fault.seconds(0.1, 6))
            met(fault.kind, site.held(by: pid), since, calmPeriod)
        default: limitFiles(fault, site, worker, pid)
        }
    }

    private func met(
        _ kind: FaultKind, _ held: [RelocationView], _ since: Date, _ calmPeriod: Int?, isLocked: Bool = false
    ) {
        record(kind, met: !held.isEmpty)
        installation.recovery.begin(kind, held, since: since, calmPeriod: calmPeriod, isLocked: isLocked)
    }

    /// What Redis shows that a killed or frozen worker holds.
    private func holdings(_ site: Site, _ pid: Int32) -> [RelocationView] {
        usleep(3_000)
        return (site.poll(installation.client)?.values).map { $0.filter { $0.isHeld(by: pid) && !$0.hasEnded } } ?? []
    }

    private func freeze(
        _ fault: Fault, _ site: Site, _ worker: WorkerProcess, _ pid: Int32, _ since: Date, _ calmPeriod: Int?
    ) {
        let held = holdings(site, pid)
        let isLocked = setting.database == .sqlite && isWriteLocked(site)
        // While a frozen worker holds the write lock, no other can work. The report counts this case apart.
        if isLocked { installation.serverHealth.begin() }
        met(fault.kind, held, since, calmPeriod, isLocked: isLocked)
        let serverHealth = installation.serverHealth
        Thread {
            usleep(UInt32(fault.seconds(Self.beyondLease, Self.beyondLease + 3) * 1e6))
            worker.thaw()
            if isLocked { serverHealth.end() }
        }.start()
    }

    /// Whether another process holds the write lock.
    private func isWriteLocked(_ site: Site) -> Bool {
        guard let url = try? DatabaseURL(site.databaseURL),
            let database = try? DatabaseConnector.open(url, timeouts: DatabaseTimeouts(lockMilliseconds: 250))
        else { return false }
        do {
            try database.begin()
            database.rollback()
            return false
        } catch {
            return true
        }
    }

    /// For a moment no file of the worker may grow. Its log may not grow either, so its work in that time is unknown.
    private func limitFiles(_ fault: Fault, _ site: Site, _ worker: WorkerProcess, _ pid: Int32) {
        worker.trouble(true)
        let held = site.held(by: pid)
        noteUnlogged(held)
        begin(fault.kind) {
            defer { worker.trouble(false) }
            guard try Self.limit(pid, "4096:unlimited") else { return false }
            let end = Date().addingTimeInterval(fault.seconds(0.3, 1.2))
            while Date() < end {
                self.noteUnlogged(site.held(by: pid))
                usleep(10_000)
            }
            _ = try Self.limit(pid, "unlimited:unlimited")
            return !held.isEmpty
        }
    }

    private static func limit(_ pid: Int32, _ size: String) throws -> Bool {
        try ChildProcess("prlimit", ["--pid", "\(pid)", "--fsize=\(size)"]).wait() == 0
    }
}
