import Foundation
import Synchronization

/// How long relocations have no worker after a fault.
final class Recovery: Sendable {
    struct Sample: Sendable {
        let kind: FaultKind
        /// Until another worker works on it.
        var takeover: Double?
        /// Until it has made progress.
        var progress: Double?
        /// Its worker was frozen while it held SQLite's write lock.
        var isLocked: Bool
    }

    private struct Case {
        let uuid: String
        let before: Sight
        let since: Date
        let calmPeriod: Int?
        var sample: Sample
        /// The first claim after the fault.
        var claim: (token: Int64, seconds: Double)?

        /// Another worker has taken over when it has read the tasks. If a further fault hits it before that, that
        /// one's recovery begins then, and this one's ended with the claim.
        mutating func observe(_ sight: Sight, _ seconds: Double) {
            if sample.takeover == nil {
                if sight.isTakenOver(from: before) {
                    sample.takeover = claim.map { $0.token == sight.token ? seconds : $0.seconds } ?? seconds
                } else if let claim, claim.token != sight.token {
                    sample.takeover = claim.seconds
                } else if claim == nil, sight.token > before.token {
                    claim = (sight.token, seconds)
                }
            }
            if sight.isFurther(than: before) { sample.progress = seconds }
        }
    }

    private struct State {
        var open: [Case] = []
        var samples: [Sample] = []
        var backedOff = 0
    }

    private let state = Mutex(State())

    /// A worker met a fault while it held these.
    func begin(_ kind: FaultKind, _ held: [Sight], since: Date, calmPeriod: Int?, isLocked: Bool) {
        guard isLocked || calmPeriod != nil else { return }
        let cases = held.map { sight in
            Case(
                uuid: sight.uuid, before: sight, since: since, calmPeriod: calmPeriod,
                sample: Sample(kind: kind, isLocked: isLocked))
        }
        state.withLock { $0.open += cases }
    }

    /// What Redis shows of the relocations now.
    func observe(_ sights: [String: Sight], at now: Date, calmPeriod: Int?) {
        state.withLock { state in
            var open: [Case] = []
            for var entry in state.open {
                // During a server fault, or after a loss of data, recovery cannot be measured.
                guard entry.sample.isLocked || entry.calmPeriod == calmPeriod, let sight = sights[entry.uuid] else {
                    continue
                }
                // Released at the last moment because a connection was cut before: it waits for its back-off.
                if sight.isBackingOff, entry.sample.kind.losesWorker, entry.sample.takeover == nil {
                    state.backedOff += 1
                    continue
                }
                let seconds = now.timeIntervalSince(entry.since)
                entry.observe(sight, seconds)
                if entry.sample.progress != nil {
                    entry.sample.takeover = entry.sample.takeover ?? seconds
                    state.samples.append(entry.sample)
                } else {
                    open.append(entry)
                }
            }
            state.open = open
        }
    }

    /// Relocations that their worker released because of the database before it was lost.
    var backedOff: Int { state.withLock { $0.backedOff } }

    var samples: [Sample] {
        state.withLock { state in state.samples + state.open.map(\.sample).filter { $0.takeover != nil } }
    }
}

/// What Redis shows of one relocation.
struct Sight: Sendable {
    let uuid: String
    let status: String
    let owner: String
    let token: Int64
    let leaseUsed: Bool
    let chunksDone: Int
    let progress: Int
    /// Milliseconds since 1970 until which it waits after trouble with the database; 0 if it does not.
    let nextAttemptAt: Int64

    static let fields = ["status", "owner", "token", "leaseUsed", "chunksDone", "progress", "nextAttemptAt"]

    /// nil if Redis does not know the relocation.
    init?(_ uuid: String, _ answer: RedisAnswer) {
        let texts = answer.list.map(\.text)
        guard texts.count == Self.fields.count, let status = texts[0] else { return nil }
        self.uuid = uuid
        self.status = status
        owner = texts[1] ?? ""
        token = texts[2].flatMap { Int64($0) } ?? 0
        leaseUsed = texts[3] == "1"
        chunksDone = texts[4].flatMap { Int($0) } ?? 0
        progress = texts[5].flatMap { Int($0) } ?? 0
        nextAttemptAt = texts[6].flatMap { Int64($0) } ?? 0
    }

    func isHeld(by pid: Int32) -> Bool { owner.hasSuffix(":\(pid)") }

    /// Whether its worker has released it because of the database.
    var isBackingOff: Bool { owner.isEmpty && nextAttemptAt > 0 && !hasEnded }

    var hasEnded: Bool { status == "SUCCESS" || status == "FAILURE" }

    fileprivate func isTakenOver(from before: Sight) -> Bool {
        hasEnded || token > before.token && leaseUsed || chunksDone > before.chunksDone
    }

    fileprivate func isFurther(than before: Sight) -> Bool {
        hasEnded || chunksDone > before.chunksDone || token > before.token && progress > 0
    }
}
