import Foundation
import Synchronization
import TestSupport

/// Plays the installation's operator: enqueues, collects what has ended, retries what may be retried.
final class SimulatedOperator: Sendable {
    private let sites: [Site]
    private let program: String
    private let redisURL: String
    private let server: DestinationServer
    private let folder: TemporaryFolder
    private let journal: Journal
    private let state = Mutex(State())

    private struct State {
        var isEnding = false
        var enqueuing: [ChildProcess] = []
        /// Reason for a retry → how often.
        var retries: [String: Int] = [:]
        var wrongSuccesses: [String] = []
        var calls = 0
    }

    init(
        _ sites: [Site], program: String, redisURL: String, server: DestinationServer, journal: Journal
    ) throws {
        self.sites = sites
        self.server = server
        self.journal = journal
        self.program = program
        self.redisURL = redisURL
        folder = try TemporaryFolder()
    }

    /// Works on threads of its own until `end`.
    func begin(threads: Int) {
        for number in 0..<threads {
            Thread { [self] in
                while !state.withLock({ $0.isEnding }) {
                    if !runNextAction(first: number) { usleep(10_000) }
                }
            }.start()
        }
    }

    func end() { state.withLock { $0.isEnding = true } }

    var retries: [String: Int] { state.withLock { $0.retries } }
    var wrongSuccesses: [String] { state.withLock { $0.wrongSuccesses } }

    /// Kills an enqueuer at work. False if there is none.
    func killEnqueuer() -> Bool {
        guard let process = state.withLock({ $0.enqueuing.last }) else { return false }
        process.signal(SIGKILL)
        return process.wait() == 128 + SIGKILL
    }

    private func runNextAction(first: Int) -> Bool {
        for offset in sites.indices {
            let site = sites[(first + offset) % sites.count]
            switch site.nextAction() {
            case .enqueue(let plan): enqueue(plan, site)
            case .conclude(let plan): conclude(plan, site)
            case nil: continue
            }
            return true
        }
        return false
    }

    private func enqueue(_ plan: Plan, _ site: Site) {
        let end = run(plan.arguments, site, isEnqueue: true)
        let isQueued = end?.code == 0 || plan.isUndone && isUndoing(plan, site)
        site.settle(plan, isQueued ? .queued : .waiting)
        if end?.code != 0 { usleep(50_000) }
    }

    /// Whether Redis has an undo of it: then it takes no file.
    private func isUndoing(_ plan: Plan, _ site: Site) -> Bool {
        guard let end = run(["status", plan.uuid, "--json"], site), end.code == 0 else { return false }
        return Outcome(end.output)?.step == "UNDOING"
    }

    private func conclude(_ plan: Plan, _ site: Site) {
        let restorations = site.restorations
        guard let end = run(["status", plan.uuid, "--json"], site), end.code == 0, let outcome = Outcome(end.output)
        else {
            // Redis is in trouble or has lost the relocation: the next poll tells.
            return site.settle(plan, .queued)
        }
        if outcome.isHalf { return begin(plan, again: Self.half, site) }
        if let step = Self.next(plan, outcome) {
            if let reason = step.reason { state.withLock { $0.retries[reason, default: 0] += 1 } }
            _ = run(step.arguments, site)
            return site.settle(plan, .queued)
        }
        if outcome.status == "FAILURE", !plan.isUndone, let reason = Self.transientReason(outcome) {
            if reason == Self.lost || reason == Self.restored { return begin(plan, again: reason, site) }
            state.withLock { $0.retries[reason, default: 0] += 1 }
            _ = run(["retry", plan.uuid], site)
            return site.settle(plan, .queued)
        }
        guard outcome.hasEnded else { return site.settle(plan, .queued) }
        if restorations > 0, !isInDatabase(plan, outcome, site, restorations) {
            return beginLost(plan, site, restorations)
        }
        site.settle(plan, outcome, unlessRestoredSince: restorations)
    }

    /// Whether the database knows the end of a relocation, in its record too, or nothing of one that was undone. Redis may show an end that a
    /// restored database does not have, or one that was before the relocation was enqueued again: an operator who restores a
    /// database compares the two.
    private func isInDatabase(_ plan: Plan, _ outcome: Outcome, _ site: Site, _ restorations: Int) -> Bool {
        guard let known = try? server.ledger(site.databaseURL) else { return false }
        if plan.isUndone { return known.isGone(plan.uuid) }
        if known.hasEnded(plan.uuid, as: outcome.status) { return true }
        // One that fails before it has written anything leaves no entry: the operator tries it once after each restoration.
        return plan.end == .failure && site.wasBegunAgain(plan, after: restorations)
    }

    /// What the operator does next with a relocation that was stopped, or that is to be undone. Every second one of these is
    /// undone in the middle, while it is paused; the others once they have ended.
    private static func next(_ plan: Plan, _ outcome: Outcome) -> (arguments: [String], reason: String?)? {
        let undo = ["undo", plan.uuid, "--no-prompt"]
        if outcome.status == "PAUSE" {
            let isInTheMiddle = plan.isUndone && plan.uuid.utf8.reduce(0) { $0 &+ Int($1) } % 2 == 0
            return isInTheMiddle && outcome.step != "UNDOING"
                ? (undo, "paused: undone") : (["unpause", plan.uuid], "paused: unpaused")
        }
        guard outcome.hasEnded else {
            // Its next attempt is minutes away: a pause that ends at once makes it due now.
            return plan.hasSteps ? (["pause", plan.uuid], nil) : nil
        }
        if plan.isUndone { return outcome.endedBy == "undo" ? nil : (undo, nil) }
        return ["cancel", "abort"].contains(outcome.endedBy)
            ? (["retry", plan.uuid], "ended by \(outcome.endedBy): retried") : nil
    }

    /// Pauses, cancels or aborts a relocation, as the operator may at any time. False if it could not be.
    func stop(_ uuid: String, _ command: String, _ site: Site) -> Bool { run([command, uuid], site)?.code == 0 }

    /// Enqueues the same file again under its UUID, at the next turn.
    private func begin(_ plan: Plan, again reason: String, _ site: Site) {
        state.withLock { $0.retries[reason, default: 0] += 1 }
        site.settle(plan, .waiting)
    }

    /// Enqueues a file again that the restored database no longer holds. Redis must forget its end first: as long as it
    /// remembers a success, an enqueue of the same file adds nothing. Redis may be in trouble: then the next turn tries again.
    private func beginLost(_ plan: Plan, _ site: Site, _ restorations: Int) {
        guard let end = run(["delete", plan.uuid, "--no-prompt"], site), [0, 66].contains(end.code) else {
            return site.settle(plan, .queued)
        }
        site.setBegunAgain(plan, after: restorations)
        begin(plan, again: Self.lostEnd, site)
    }

    private static let lost = "Redis has lost tasks: enqueued again"
    private static let half = "Redis has half a file: enqueued again"
    private static let restored = "the database was restored: enqueued again"
    private static let lostEnd = "finished before the database was restored: enqueued again"

    /// Why the faults caused a failure, so that the relocation may be retried; nil if they did not.
    private static func transientReason(_ outcome: Outcome) -> String? {
        let reason = outcome.trouble.isEmpty ? outcome.reason : outcome.trouble
        if reason.contains("record of this relocation is gone") { return restored }
        // Retrying never helps: the step that notes them is over.
        if reason.contains("lacks the wanted users") { return restored }
        if reason.contains("given up after") { return "given up after all attempts: retried" }
        if reason.contains("workers in a row were lost") { return "ten workers in a row lost: retried" }
        if reason.contains("the database lacks") { return restored }
        return reason.contains("Redis has lost tasks") ? lost : nil
    }

    /// Enqueues another relocation's file under a UUID that the database knows, and waits for what becomes of it. False if
    /// Redis lost it meanwhile.
    func enqueueWrongFile(_ plan: Plan, instead other: Plan, _ site: Site) -> Bool {
        defer { site.settle(plan, .waiting) }
        let wrong = Plan(uuid: plan.uuid, scope: plan.scope, flags: plan.flags, file: other.file, end: .failure)
        guard run(wrong.arguments, site, isEnqueue: true)?.code == 0 else { return false }
        var outcome: Outcome?
        let hasEnded = eventually(within: 60) {
            guard let end = run(["status", plan.uuid, "--json"], site) else { return false }
            outcome = Outcome(end.output)
            return end.code == 66 || outcome?.hasEnded == true
        }
        guard hasEnded, let outcome else { return false }
        if outcome.status == "SUCCESS" {
            state.withLock { $0.wrongSuccesses.append("\(plan.uuid) took \(other.file)") }
        }
        return outcome.status == "SUCCESS" || outcome.reason.contains("another")
    }

    private func run(_ arguments: [String], _ site: Site, isEnqueue: Bool = false) -> (code: Int32, output: String)? {
        let call = state.withLock { state in
            state.calls += 1
            return state.calls
        }
        let output = folder.file("out.\(call)")
        defer { unlink(output) }
        let environment: [String: String?] = [
            "RELOCATION_REDIS_URL": redisURL, "RELOCATION_REDIS_PREFIX": site.prefix, "RELOCATION_FAILPOINT": nil,
        ]
        guard
            let process = try? ChildProcess(
                program, arguments, environment: environment, output: output, errors: folder.file("errors"))
        else { return nil }
        if isEnqueue { state.withLock { $0.enqueuing.append(process) } }
        let code = process.wait(seconds: 60)
        journal.note("\(arguments.joined(separator: " ")): \(code.map(String.init) ?? "no end")")
        if isEnqueue { state.withLock { $0.enqueuing.removeAll { $0 === process } } }
        return code.map { ($0, folder.read("out.\(call)")) }
    }
}
