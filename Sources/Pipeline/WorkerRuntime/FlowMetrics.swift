import Catalogue
import Import
import Queue
import Relocation
import TaskFormat
import Traces

internal import Metrics

/// One metric per state change, ready for an exporter. Labels are bounded: states, kinds, outcomes, and models that the
/// catalogue knows; never names from files.
enum FlowMetrics {
    enum Transition: String, CaseIterable {
        case claimed, takenOver, completed, failed, postponed, released, lost, paused, undone
        /// The label keeps an older word that dashboards use.
        case requeued = "yielded"
    }

    private static let transitions = Dictionary(
        uniqueKeysWithValues: Transition.allCases.map { transition in
            (
                transition,
                Counter(label: "relocation_transitions_total", dimensions: [("transition", transition.rawValue)])
            )
        })
    /// Calls whose times show how Redis and the database do. Those that fail count, too.
    enum Call: CaseIterable {
        case claim, acknowledge, renew, commit

        /// Renewals belong to the process, not to one relocation's trace.
        var step: TraceStep? {
            switch self {
            case .acknowledge: .acknowledge
            case .commit: .commit
            case .renew, .claim: nil
            }
        }
    }

    private static let calls = Dictionary(
        uniqueKeysWithValues: Call.allCases.map { call in
            switch call {
            case .claim: (call, redisTimer("claim"))
            case .acknowledge: (call, redisTimer("acknowledge"))
            case .renew: (call, redisTimer("renew"))
            case .commit:
                (
                    call,
                    Metrics.Timer(
                        label: "relocation_database_commit_duration_seconds", preferredDisplayUnit: .seconds)
                )
            }
        })

    private static func redisTimer(_ call: String) -> Metrics.Timer {
        Metrics.Timer(
            label: "relocation_redis_call_duration_seconds", dimensions: [("call", call)],
            preferredDisplayUnit: .seconds)
    }

    private static let waits = Metrics.Timer(label: "relocation_wait_seconds", preferredDisplayUnit: .seconds)
    private static let claims = Metrics.Gauge(label: "relocation_claims_held")
    /// Of models that no catalogue knows, and of tasks of an unknown kind.
    static let other = "other"
    /// Stands for the kind of the task where there is none.
    static let undo = "undo"

    /// Shows every transition from the start, also those that have not happened yet.
    static func begin() {
        for transition in transitions.values { transition.increment(by: 0) }
        claims.record(0)
    }

    static func record(_ transition: Transition) { transitions[transition]?.increment() }

    /// Makes a call, in a span of its own, and records how long it took.
    static func timed<Result, Failure: Error>(
        _ call: Call, _ make: () throws(Failure) -> Result
    ) throws(Failure) -> Result {
        guard let step = call.step else { return try measured(call, make) }
        return try Traces.span(step) { () throws(Failure) in try measured(call, make) }
    }

    private static func measured<Result, Failure: Error>(
        _ call: Call, _ make: () throws(Failure) -> Result
    ) throws(Failure) -> Result {
        let clock = ContinuousClock()
        let began = clock.now
        defer {
            let (seconds, attoseconds) = (clock.now - began).components
            calls[call]?.recordNanoseconds(seconds * 1_000_000_000 + attoseconds / 1_000_000_000)
        }
        return try make()
    }

    /// Records that a worker has taken a relocation, and how long a new one had waited for that.
    ///
    /// - Parameter milliseconds: that the claim has taken
    static func claimed(_ status: RelocationStatus, within milliseconds: Int64) {
        record(status.consecutiveCrashes > 0 ? .takenOver : .claimed)
        calls[.claim]?.recordMilliseconds(milliseconds)
        guard status.chunksDone == 0, status.startedAt > status.createdAt, status.createdAt > 0 else { return }
        waits.recordMilliseconds(status.startedAt - status.createdAt)
    }

    /// Records how long a relocation could have been claimed before it was.
    ///
    /// - Parameter kind: of the task that waited: the first one of the list. Those behind it are due once it is done.
    static func waited(_ status: RelocationStatus, _ kind: String) {
        guard status.readyAt > 0 else { return }
        let label = kind == undo ? kind : TaskKind(rawValue: kind)?.rawValue ?? other
        Metrics.Timer(
            label: "relocation_task_wait_seconds", dimensions: [("kind", label)], preferredDisplayUnit: .seconds
        ).recordMilliseconds(max(status.updatedAt - status.readyAt, 0))
    }

    /// Records a relocation that has failed for good.
    ///
    /// - Parameter kind: of its finding, a bounded set of words
    static func failed(_ kind: String) {
        record(.failed)
        Traces.fail(kind)
        Counter(label: "relocation_failures_total", dimensions: [("kind", kind)]).increment()
    }

    /// Records tasks whose results are committed.
    static func record(_ outcomes: [TimedOutcome]) {
        for outcome in outcomes {
            let kind = TaskKind(rawValue: outcome.kind)?.rawValue ?? other
            Metrics.Timer(
                label: "relocation_task_duration_seconds", dimensions: [("kind", kind)], preferredDisplayUnit: .seconds
            ).recordMicroseconds(outcome.microseconds)
            for (model, counts) in outcome.task.rows.account.models { record(counts, of: model) }
        }
    }

    private static func record(_ counts: RowAccount.Counts, of model: String) {
        let name = Catalogue.standard.model(model) == nil ? other : model
        for (outcome, count) in [
            ("inserted", counts.inserted), ("existing", counts.existing), ("overwritten", counts.overwritten),
            ("dropped", counts.droppedTotal),
        ] where count > 0 {
            Counter(label: "relocation_rows_total", dimensions: [("model", name), ("outcome", outcome)])
                .increment(by: count)
        }
    }

    static func claimsHeld(_ count: Int) { claims.record(count) }
}
