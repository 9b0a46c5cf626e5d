import Foundation
import Synchronization
import TestSupport

/// One destination with its queue prefix, its workers, and the relocations that go there.
final class Site: Sendable {
    let prefix: String
    /// Direct, without a proxy.
    let databaseURL: String
    let workers: [WorkerProcess]
    let plans: [Plan]
    /// Relocations that may be queued and unfinished at a time.
    let inFlight: Int
    private let state: Mutex<State>

    /// Where a relocation stands.
    enum Stage: Sendable {
        case waiting
        /// The enqueuer said so.
        case queued
        case done(Outcome)
    }

    private struct State {
        var stages: [String: Stage]
        var sights: [String: Sight] = [:]
        var busy: Set<String> = []
    }

    init(prefix: String, databaseURL: String, workers: [WorkerProcess], plans: [Plan], inFlight: Int) {
        self.prefix = prefix
        self.databaseURL = databaseURL
        self.workers = workers
        self.plans = plans
        self.inFlight = inFlight
        state = Mutex(State(stages: Dictionary(uniqueKeysWithValues: plans.map { ($0.uuid, .waiting) })))
    }

    // MARK: What is to be done

    enum Errand { case enqueue(Plan), conclude(Plan) }

    /// The operator's next action. No other thread gets the same one until it is `settled`.
    func nextErrand() -> Errand? {
        state.withLock { state in
            var open = 0
            for plan in plans {
                switch state.stages[plan.uuid] {
                case .done, nil: continue
                case .queued:
                    open += 1
                    if state.sights[plan.uuid]?.hasEnded == true, state.busy.insert(plan.uuid).inserted {
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
            state.sights[plan.uuid] = nil
            state.busy.remove(plan.uuid)
        }
    }

    // MARK: What is seen

    /// Checks every queued relocation. A relocation that Redis does not know any more must be enqueued again.
    func look(_ redis: RedisClient) -> [String: Sight]? {
        let queued = state.withLock { state in
            plans.map(\.uuid).filter { uuid in
                if case .queued = state.stages[uuid], !state.busy.contains(uuid) { true } else { false }
            }
        }
        guard let answers = redis.pipeline(queued.map { ["HMGET", "{\(prefix)}:record:\($0)"] + Sight.fields }) else {
            return nil
        }
        // Something else than a list: the server is loading, or in trouble.
        guard answers.allSatisfy({ if case .list = $0 { true } else { false } }) else { return nil }
        var sights: [String: Sight] = [:]
        for (uuid, answer) in zip(queued, answers) { sights[uuid] = Sight(uuid, answer) }
        return state.withLock { state in
            for uuid in queued where !state.busy.contains(uuid) {
                state.sights[uuid] = sights[uuid]
                if sights[uuid] == nil, case .queued = state.stages[uuid] { state.stages[uuid] = .waiting }
            }
            return sights
        }
    }

    var sights: [Sight] { state.withLock { Array($0.sights.values) } }

    func held(by pid: Int32) -> [Sight] { sights.filter { $0.isHeld(by: pid) && !$0.hasEnded } }

    /// Relocations that a worker holds.
    var worked: Int { sights.count { !$0.owner.isEmpty && !$0.hasEnded } }

    var unfinished: [Plan] {
        state.withLock { state in
            plans.filter { if case .done = state.stages[$0.uuid] { false } else { true } }
        }
    }

    /// What Redis knows of the unfinished relocations, for a person to read.
    func unfinishedRecords(_ redis: RedisClient) -> [String: String] {
        var out: [String: String] = [:]
        for plan in unfinished {
            let isStaged = state.withLock { if case .waiting = $0.stages[plan.uuid] { true } else { false } }
            let record = redis.call("HGETALL", "{\(prefix)}:record:\(plan.uuid)")?.list.map { $0.text ?? "" } ?? []
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
    /// source, inserted, existing, overwritten, dropped
    let rows: [Int]
    let chunksTotal: Int

    init?(_ json: String) {
        guard let object = try? JSONSerialization.jsonObject(with: Data(json.utf8)) as? [String: Any],
            let status = object["status"] as? String, let rows = object["rows"] as? [String: Int],
            let chunks = object["chunks"] as? [String: Int]
        else { return nil }
        self.status = status
        reason = object["failureReason"] as? String ?? ""
        self.rows = ["source", "inserted", "existing", "overwritten", "dropped"].map { rows[$0] ?? -1 }
        chunksTotal = chunks["total"] ?? 0
    }

    var isAccounted: Bool { rows[0] == rows.dropFirst().reduce(0, +) }
}
