import Foundation
import Synchronization
import TestSupport

/// Injects faults and records which of them met work in progress.
final class Injector: Sendable {
    let installation: Installation
    let setting: Setting
    private let state = Mutex(State())

    private struct State {
        var met: [FaultKind: Int] = [:]
        var idle: [FaultKind: Int] = [:]
        /// Places where a lasting fault is active.
        var busy: Set<String> = []
        /// Sizes of Redis' append-only file, with their times.
        var sizes: [(Date, UInt64)] = []
        var running = 0
        /// Relocations of processes whose log could not grow.
        var unlogged: Set<String> = []
    }

    init(_ installation: Installation, _ setting: Setting) {
        self.installation = installation
        self.setting = setting
    }

    var met: [FaultKind: Int] { state.withLock { $0.met } }
    var idle: [FaultKind: Int] { state.withLock { $0.idle } }
    var metTotal: Int { met.values.reduce(0, +) }
    var unlogged: Set<String> { state.withLock { $0.unlogged } }
    func noteUnlogged(_ views: [RelocationView]) { state.withLock { $0.unlogged.formUnion(views.map(\.uuid)) } }
    /// The number of faults that are still active.
    var running: Int { state.withLock { $0.running } }

    func record(_ kind: FaultKind, met: Bool) {
        state.withLock { state in
            if met { state.met[kind, default: 0] += 1 } else { state.idle[kind, default: 0] += 1 }
        }
    }

    func inject(_ fault: Fault) {
        switch fault.kind.target {
        case .worker: injectWorker(fault)
        case .enqueuer: record(fault.kind, met: killEnqueuer())
        case .relocation: stopRelocation(fault)
        case .mail:
            begin(fault.kind) { [self] in
                try installation.mails?.restart(after: fault.seconds(0, 3))
                return isWorked
            }
        case .session: injectSession(fault)
        case .redis: runLasting(fault, "redis") { try self.injectRedis(fault) }
        case .database: runLasting(fault, "database") { try self.injectDatabase(fault) }
        }
    }

    /// Whether a worker works on any relocation.
    var isWorked: Bool { installation.sites.contains { $0.worked > 0 } }

    /// Runs a lasting fault on a thread of its own, one at a time per place.
    private func runLasting(_ fault: Fault, _ place: String, _ work: @escaping @Sendable () throws -> Bool) {
        _ = eventually(within: 10) { state.withLock { $0.busy.insert(place).inserted } }
        begin(fault.kind) {
            defer { _ = self.state.withLock { $0.busy.remove(place) } }
            guard eventually(within: 2, { self.isWorked }) else { return false }
            self.installation.serverHealth.begin()
            defer { self.installation.serverHealth.end() }
            return try work()
        }
    }

    /// Runs a fault on a thread of its own.
    func begin(_ kind: FaultKind, _ work: @escaping @Sendable () throws -> Bool) {
        state.withLock { $0.running += 1 }
        Thread { [self] in
            defer { state.withLock { $0.running -= 1 } }
            installation.journal.note("\(kind.rawValue): begins")
            defer { installation.journal.note("\(kind.rawValue): ends") }
            do {
                record(kind, met: try work())
            } catch {
                FileHandle.standardError.write(Data("\(kind.rawValue): \(error)\n".utf8))
                record(kind, met: false)
            }
        }.start()
    }

    /// The operator stops a relocation that a worker works on, or one that is undone.
    private func stopRelocation(_ fault: Fault) {
        let command =
            switch fault.kind {
            case .operatorPaused: "pause"
            case .operatorCancelled: "cancel"
            default: "abort"
            }
        begin(fault.kind) { [self] in
            let sites = installation.sites
            guard eventually(within: 1.5, { self.isWorked }) else { return false }
            let held = sites.flatMap { site in
                site.views.filter { !$0.owner.isEmpty && !$0.hasEnded }.map { (site, $0) }
            }
            guard !held.isEmpty else { return false }
            let (site, view) = held[fault.rank % held.count]
            // Its worker may go on until it hears of it.
            if fault.kind == .operatorAborted { installation.serverHealth.lostData() }
            return installation.simulatedOperator.stop(view.uuid, command, site)
        }
    }

    private func killEnqueuer() -> Bool {
        eventually(within: 1) { installation.simulatedOperator.killEnqueuer() }
    }

    // MARK: The append-only file

    func noteSize() {
        guard setting.fsync == .everysec, let path = appendOnlyFile() else { return }
        var info = stat()
        guard stat(path, &info) == 0 else { return }
        state.withLock { state in
            state.sizes.append((Date(), UInt64(info.st_size)))
            if state.sizes.count > 100 { state.sizes.removeFirst(50) }
        }
    }

    func forgetSizes() { state.withLock { $0.sizes = [] } }

    /// The size of the file a second ago.
    var sizeBefore: UInt64? {
        let limit = Date().addingTimeInterval(-1)
        return state.withLock { $0.sizes.last { $0.0 <= limit }?.1 }
    }

    func appendOnlyFile() -> String? {
        let folder = installation.redis.folder.file("appendonlydir")
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
        return names.filter { $0.hasSuffix(".incr.aof") }.sorted().last.map { folder + "/" + $0 }
    }
}
