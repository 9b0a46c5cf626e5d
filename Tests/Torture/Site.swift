import Foundation
import Synchronization
import TestSupport

/// One destination with its queue prefix, its workers, and the relocations that go there.
final class Site: Sendable {
    let prefix: String
    /// The direct address, without a proxy.
    let databaseURL: String
    let workers: [WorkerProcess]
    let plans: [Plan]
    /// Relocations that may be queued and unfinished at a time.
    let inFlight: Int
    private let state: Mutex<State>

    /// The stage of a relocation.
    enum Stage: Sendable {
        case waiting
        /// The enqueuer has reported success.
        case queued
        case done(Outcome)
    }

    private struct State {
        var stages: [String: Stage]
        var views: [String: RelocationView] = [:]
        var busy: Set<String> = []
        /// How often an older copy was put in the database's place.
        var restorations = 0
        /// Relocation → how often that had happened when it was last enqueued again for that reason.
        var begunAgain: [String: Int] = [:]
        /// Relocations of which the database has forgotten who was told.
        var forgotten: Set<String> = []
    }

    init(prefix: String, databaseURL: String, workers: [WorkerProcess], plans: [Plan], inFlight: Int) {
        self.prefix = prefix
        self.databaseURL = databaseURL
        self.workers = workers
        self.plans = plans
        self.inFlight = inFlight
        state = Mutex(State(stages: Dictionary(uniqueKeysWithValues: plans.map { ($0.uuid, .waiting) })))
    }

    // MARK: Actions of the operator

    enum OperatorAction { case enqueue(Plan), conclude(Plan) }

    /// The next action of the operator. No other thread gets the same action until `settle` is called.
    func nextAction() -> OperatorAction? {
        state.withLock { state in
            var open = 0
            for plan in plans {
                switch state.stages[plan.uuid] {
                case .done, nil: continue
                case .queued:
                    open += 1
                    let isOperators =
                        state.views[plan.uuid].map { $0.hasEnded || $0.isPaused || $0.waitsLong || $0.isHalf } ?? false
                    if isOperators, state.busy.insert(plan.uuid).inserted {
                        return .conclude(plan)
                    }
                case .waiting:
                    guard open < inFlight else { return nil }
                    open += 1
                    if state.busy.insert(plan.uuid).inserted { return .enqueue(plan) }
                }
            }
            return nil
        }
    }

    func settle(_ plan: Plan, _ stage: Stage) {
        state.withLock { state in
            state.stages[plan.uuid] = stage
            state.views[plan.uuid] = nil
            state.busy.remove(plan.uuid)
        }
    }

    /// A relocation that the database knows and that no operator works on, for an action of its own until `settle`.
    func take(of known: Set<String>, rank: Int) -> Plan? {
        state.withLock { state in
            let free = plans.filter { plan in
                // The UUID of one that was undone is free for any file.
                if plan.isUndone { return false }
                // Another file lacks its organizations: the scan refuses it before anything is queued.
                if plan.hasSteps { return false }
                if case .waiting = state.stages[plan.uuid] { return false }
                return known.contains(plan.uuid) && !state.busy.contains(plan.uuid)
            }
            guard !free.isEmpty else { return nil }
            let plan = free[rank % free.count]
            state.busy.insert(plan.uuid)
            return plan
        }
    }

    /// An older copy was put in the database's place: what has ended must be looked at once more.
    func setRestored() {
        state.withLock { state in
            state.restorations += 1
            state.forgotten.formUnion(plans.map(\.uuid))
            for plan in plans {
                if case .done = state.stages[plan.uuid] { state.stages[plan.uuid] = .queued }
            }
        }
    }

    /// Redis has lost data. The ledger still knows who was told; but an undo forgets that, and what Redis has lost of it may begin
    /// afresh.
    func setForgotten() {
        state.withLock { state in
            for plan in plans where plan.isUndone {
                switch state.stages[plan.uuid] {
                case .queued: state.forgotten.insert(plan.uuid)
                case .waiting where state.busy.contains(plan.uuid): state.forgotten.insert(plan.uuid)
                case .waiting, .done, nil: break
                }
            }
        }
    }

    var forgotten: Set<String> { state.withLock { $0.forgotten } }

    /// How often that has happened.
    var restorations: Int { state.withLock { $0.restorations } }

    func setBegunAgain(_ plan: Plan, after restorations: Int) {
        state.withLock { $0.begunAgain[plan.uuid] = restorations }
    }

    func wasBegunAgain(_ plan: Plan, after restorations: Int) -> Bool {
        state.withLock { $0.begunAgain[plan.uuid] == restorations }
    }

    /// The same as ``settle(_:_:)``, unless the database was restored since the operator has looked.
    func settle(_ plan: Plan, _ outcome: Outcome, unlessRestoredSince restorations: Int) {
        let isCurrent = state.withLock { $0.restorations == restorations }
        settle(plan, isCurrent ? .done(outcome) : .queued)
    }

    // MARK: Observation

    /// Reads the state of all queued relocations. What Redis has lost is enqueued again.
    func poll(_ redis: RedisClient) -> [String: RelocationView]? {
        let queued = state.withLock { state in
            plans.map(\.uuid).filter { uuid in
                if case .queued = state.stages[uuid], !state.busy.contains(uuid) { true } else { false }
            }
        }
        guard
            let answers = redis.pipeline(queued.map { ["HMGET", "{\(prefix)}:record:\($0)"] + RelocationView.fields })
        else {
            return nil
        }
        // An answer that is not a list: the server is loading or in trouble.
        guard answers.allSatisfy({ if case .list = $0 { true } else { false } }) else { return nil }
        var views: [String: RelocationView] = [:]
        for (uuid, answer) in zip(queued, answers) { views[uuid] = RelocationView(uuid, answer) }
        return state.withLock { state in
            for uuid in queued where !state.busy.contains(uuid) {
                state.views[uuid] = views[uuid]
                if views[uuid] == nil, case .queued = state.stages[uuid] { state.stages[uuid] = .waiting }
            }
            return views
        }
    }

    var views: [RelocationView] { state.withLock { Array($0.views.values) } }

    func held(by pid: Int32) -> [RelocationView] { views.filter { $0.isHeld(by: pid) && !$0.hasEnded } }

    /// The number of relocations that a worker holds.
    var worked: Int { views.count { !$0.owner.isEmpty && !$0.hasEnded } }

    var unfinished: [Plan] {
        state.withLock { state in
            plans.filter { if case .done = state.stages[$0.uuid] { false } else { true } }
        }
    }

    /// The records of the unfinished relocations, for people to read.
    func unfinishedRecords(_ redis: RedisClient) -> [String: String] {
        var out: [String: String] = [:]
        for plan in unfinished {
            let isStaged = state.withLock { if case .waiting = $0.stages[plan.uuid] { true } else { false } }
            let key = "{\(prefix)}:record:\(plan.uuid)"
            // What tells why comes first: the list is cut.
            let why = redis.call(
                "HMGET", key, "status", "step", "owner", "attempts", "nextAttemptAt", "lastTrouble", "needs", "doing")
            let record = [why, redis.call("HGETALL", key)].flatMap { $0?.list.map { $0.text ?? "" } ?? [] }
            let tasks = redis.call("LLEN", "{\(prefix)}:tasks:\(plan.uuid)")?.text ?? "?"
            out[plan.uuid] = "\(isStaged ? "to be enqueued" : "enqueued"), \(tasks) tasks, \(record)"
        }
        return out
    }

    var outcomes: [String: Outcome] {
        state.withLock { state in
            state.stages.compactMapValues { if case .done(let outcome) = $0 { outcome } else { nil } }
        }
    }
}

/// How a relocation ended, as `status --json` shows it.
struct Outcome: Sendable, Equatable {
    let status: String
    let reason: String
    /// What has happened in our words, if the reason is Sentry's.
    let trouble: String
    /// The first one, as JSON.
    let finding: String
    /// `cancel`, `abort` or `undo`; empty otherwise.
    let endedBy: String
    let step: String
    /// source, inserted, existing, overwritten, dropped
    let rows: [Int]
    let chunksTotal: Int
    /// Whether its enqueuer is gone, and the file must be enqueued again: Redis has lost the rest.
    let isHalf: Bool

    init?(_ json: String) {
        guard let object = try? JSONSerialization.jsonObject(with: Data(json.utf8)) as? [String: Any],
            let status = object["status"] as? String, let rows = object["rows"] as? [String: Int],
            let chunks = object["chunks"] as? [String: Int]
        else { return nil }
        self.status = status
        reason = object["failureReason"] as? String ?? ""
        trouble = object["trouble"] as? String ?? ""
        let data = try? JSONSerialization.data(withJSONObject: (object["findings"] as? [Any])?.first ?? [String]())
        finding = String(decoding: data ?? Data(), as: UTF8.self)
        endedBy = object["endedBy"] as? String ?? ""
        step = object["step"] as? String ?? ""
        self.rows = ["source", "inserted", "existing", "overwritten", "dropped"].map { rows[$0] ?? -1 }
        chunksTotal = chunks["total"] ?? 0
        isHalf = status == "IN_PROGRESS" && (object["next"] as? String)?.contains("--import-uuid") == true
    }

    var hasEnded: Bool { status == "SUCCESS" || status == "FAILURE" }

    var isAccounted: Bool { rows[0] == rows.dropFirst().reduce(0, +) }
}
