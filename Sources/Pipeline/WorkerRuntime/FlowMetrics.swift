import Catalogue
import Import
import Relocation

internal import Metrics

/// One metric per state change, ready for an exporter. Labels are bounded: states and outcomes, never names from files.
enum FlowMetrics {
    enum Transition: String, CaseIterable {
        case claimed, completed, failed, postponed, released, lost, paused, undone
        /// The label keeps an older word that dashboards use.
        case requeued = "yielded"
    }

    enum Rows: String, CaseIterable {
        case inserted, existing, overwritten, dropped
    }

    private static let transitions = counters("relocation_transitions_total", "transition", Transition.self)
    private static let rows = counters("relocation_rows_total", "outcome", Rows.self)
    private static let chunks = Counter(label: "relocation_chunks_total")
    private static let chunkSeconds = Metrics.Timer(label: "relocation_chunk_seconds", preferredDisplayUnit: .seconds)
    private static let claims = Metrics.Gauge(label: "relocation_claims_held")

    static func record(_ transition: Transition) { transitions[transition.rawValue]?.increment() }

    /// Records tasks whose results are committed.
    static func record(_ outcomes: [TimedOutcome]) {
        for outcome in outcomes {
            chunks.increment()
            chunkSeconds.recordMicroseconds(outcome.microseconds)
            let totals = outcome.task.rows.account.totals
            for (name, count) in [
                (Rows.inserted, totals.inserted), (.existing, totals.existing), (.overwritten, totals.overwritten),
                (.dropped, totals.droppedTotal),
            ] where count > 0 {
                rows[name.rawValue]?.increment(by: count)
            }
        }
    }

    static func claimsHeld(_ count: Int) { claims.record(count) }

    private static func counters<Label: RawRepresentable & CaseIterable>(
        _ name: String, _ dimension: String, _ labels: Label.Type
    ) -> [String: Counter] where Label.RawValue == String {
        var out: [String: Counter] = [:]
        for label in labels.allCases {
            out[label.rawValue] = Counter(label: name, dimensions: [(dimension, label.rawValue)])
        }
        return out
    }
}
