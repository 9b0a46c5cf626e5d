package import Traces

internal import Metrics

/// What became of this process' spans.
package enum TraceMetrics {
    private static func counter(_ outcome: String) -> Counter {
        Counter(label: "relocation_spans_total", dimensions: [("outcome", outcome)])
    }

    private static let sent = counter("sent")
    private static let dropped = counter("dropped")

    package static func record(_ report: TraceReport) {
        sent.increment(by: report.sent)
        dropped.increment(by: report.dropped)
    }
}
