import Foundation
import Synchronization

/// Measures how long relocations have no worker after a worker's fault.
final class Recovery: Sendable {
    struct Sample: Sendable {
        let kind: FaultKind
        /// Seconds until another worker works on the relocation.
        var takeover: Double?
        /// Seconds until the relocation makes progress.
        var progress: Double?
        /// Whether its worker was frozen while it held SQLite's write lock.
        var isLocked: Bool
    }

    private struct Case {
        let uuid: String
        let before: RelocationView
        let since: Date
        let calmPeriod: Int?
        var sample: Sample
        /// The first claim after the fault.
        var claim: (token: Int64, seconds: Double)?

        /// A relocation is taken over once another worker has read its tasks. If a further fault hits that worker first,
        /// a new measurement begins, and this one ends with the claim.
        mutating func observe(_ view: RelocationView, _ seconds: Double) {
            if sample.takeover == nil {
                if view.isTakenOver(from: before) {
                    sample.takeover = claim.map { $0.token == view.token ? seconds : $0.seconds } ?? seconds
                } else if let claim, claim.token != view.token {
                    sample.takeover = claim.seconds
                } else if claim == nil, view.token > before.token {
                    claim = (view.token, seconds)
                }
            }
            if view.isFurther(than: before) { sample.progress = seconds }
        }
    }

    private struct State {
        var open: [Case] = []
        var samples: [Sample] = []
        var backedOff = 0
    }

    private let state = Mutex(State())

    /// A fault has hit a worker that held these relocations.
    func begin(_ kind: FaultKind, _ held: [RelocationView], since: Date, calmPeriod: Int?, isLocked: Bool) {
        guard isLocked || calmPeriod != nil else { return }
        let cases = held.map { view in
            Case(
                uuid: view.uuid, before: view, since: since, calmPeriod: calmPeriod,
                sample: Sample(kind: kind, isLocked: isLocked))
        }
        state.withLock { $0.open += cases }
    }

    /// What Redis shows of the relocations now.
    func observe(_ views: [String: RelocationView], at now: Date, calmPeriod: Int?) {
        state.withLock { state in
            var open: [Case] = []
            for var entry in state.open {
                // A server was in trouble or lost data: the measurement does not count.
                guard entry.sample.isLocked || entry.calmPeriod == calmPeriod, let view = views[entry.uuid] else {
                    continue
                }
                // An operator holds it up.
                if view.isPaused { continue }
                // The worker postponed it just before it was lost: the relocation waits for its back-off.
                if view.isBackingOff, entry.sample.kind.losesWorker, entry.sample.takeover == nil {
                    state.backedOff += 1
                    continue
                }
                let seconds = now.timeIntervalSince(entry.since)
                entry.observe(view, seconds)
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

    /// Relocations that their worker postponed because of the database before it was lost.
    var backedOff: Int { state.withLock { $0.backedOff } }

    var samples: [Sample] {
        state.withLock { state in state.samples + state.open.map(\.sample).filter { $0.takeover != nil } }
    }
}

/// What Redis shows of one relocation.
struct RelocationView: Sendable {
    let uuid: String
    let status: String
    let owner: String
    let token: Int64
    let leaseUsed: Bool
    let chunksDone: Int
    let progress: Int
    /// Milliseconds since 1970 until which it waits after trouble with the database; 0 if it does not.
    let nextAttemptAt: Int64
    /// Milliseconds since 1970 from which its enqueuer counts as gone; 0 once the whole file is in Redis.
    private let uploadExpiresAt: Int64

    static let fields = [
        "status", "owner", "token", "leaseUsed", "chunksDone", "progress", "nextAttemptAt", "uploadExpiresAt",
    ]

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
        uploadExpiresAt = texts[7].flatMap { Int64($0) } ?? 0
    }

    func isHeld(by pid: Int32) -> Bool { owner.hasSuffix(":\(pid)") }

    /// Whether its worker has postponed it.
    var isBackingOff: Bool { owner.isEmpty && nextAttemptAt > 0 && !hasEnded }

    /// Whether it waits for its next attempt for longer than an operator would.
    var waitsLong: Bool { isBackingOff && nextAttemptAt > Self.now + 5_000 }

    /// Whether Redis has lost the end of its file: no worker takes it before it is enqueued again.
    var isHalf: Bool { !hasEnded && uploadExpiresAt > 0 && uploadExpiresAt <= Self.now }

    private static var now: Int64 { Int64(Date().timeIntervalSince1970 * 1_000) }

    var hasEnded: Bool { status == "SUCCESS" || status == "FAILURE" }
    var isPaused: Bool { status == "PAUSE" }

    fileprivate func isTakenOver(from before: RelocationView) -> Bool {
        hasEnded || token > before.token && leaseUsed || chunksDone > before.chunksDone
    }

    fileprivate func isFurther(than before: RelocationView) -> Bool {
        hasEnded || chunksDone > before.chunksDone || token > before.token && progress > 0
    }
}
