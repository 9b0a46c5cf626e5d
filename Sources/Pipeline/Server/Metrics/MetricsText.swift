/// Metrics in the text format of Prometheus, version 0.0.4.
struct MetricsText {
    private(set) var text = ""

    /// What each metric means.
    private static let help = [
        "relocation_transitions_total": "Transitions of relocations by this worker.",
        "relocation_wait_seconds": "Time from the enqueue of a relocation to its first claim.",
        "relocation_task_wait_seconds": "Time that the first task of a claim could have been claimed before.",
        "relocation_spans_total": "Spans of traces that a collector has taken, or that were dropped.",
        "relocation_claims_held": "Relocations that this worker holds.",
        "relocation_failures_total": "Relocations that have failed for good, by the kind of the first finding.",
        "relocation_task_duration_seconds": "Time that a task took, without its commit.",
        "relocation_redis_call_duration_seconds": "Time of a worker's call to Redis, with what was sent again.",
        "relocation_database_commit_duration_seconds": "Time that the database took to commit tasks.",
        "relocation_rows_total": "Rows of committed tasks by model and outcome.",
        "relocation_queue_waiting": "Relocations of a destination that wait for a worker.",
        "relocation_queue_leased": "Relocations of a destination that a worker holds.",
        "relocation_queue_oldest_seconds": "Time since the first relocation of a destination could be taken.",
        "relocation_queue_troubled": "Whether something keeps the workers of a destination from working.",
        "relocation_workers": "Living worker processes of a destination.",
        "relocation_redis_up": "Whether Redis answers and takes writes.",
        "relocation_redis_latency_seconds": "Time of the last call to Redis that reads the queue's state.",
        "relocation_database_up": "Whether the destination's databases answer and take writes.",
        "relocation_database_latency_seconds": "Time that the last connection to the databases and a question took.",
        "relocation_build_info": "The version of the program.",
    ]

    /// Adds all series of a registry.
    mutating func add(_ registry: MetricsRegistry) {
        var metric = ""
        for series in registry.all() {
            if series.name.metric != metric { begin(series.name.metric, series.kind) }
            metric = series.name.metric
            add(series)
        }
    }

    /// Adds a gauge with its series: labels and value.
    mutating func addGauge(_ metric: String, _ series: [(labels: [MetricLabel], value: Double)]) {
        begin(metric, .gauge)
        for (labels, value) in series { line(metric, labels, value) }
    }

    private mutating func begin(_ metric: String, _ kind: MetricSeries.Kind) {
        if let help = Self.help[metric] { text += "# HELP \(metric) \(help)\n" }
        text += "# TYPE \(metric) \(kind.rawValue)\n"
    }

    private mutating func add(_ series: MetricSeries) {
        let (metric, labels, value) = (series.name.metric, series.name.labels, series.value)
        guard series.kind == .histogram else { return line(metric, labels, value.sum) }
        for (bound, count) in zip(MetricSeries.bounds, value.buckets) {
            line(metric + "_bucket", labels + [MetricLabel("le", Self.number(bound))], Double(count))
        }
        line(metric + "_bucket", labels + [MetricLabel("le", "+Inf")], Double(value.count))
        line(metric + "_sum", labels, value.sum)
        line(metric + "_count", labels, Double(value.count))
    }

    private mutating func line(_ name: String, _ labels: [MetricLabel], _ value: Double) {
        let inside = labels.map { "\($0.name)=\"\(Self.escaped($0.value))\"" }.joined(separator: ",")
        text += name + (inside.isEmpty ? "" : "{\(inside)}") + " \(Self.number(value))\n"
    }

    private static func number(_ value: Double) -> String {
        Int(exactly: value).map { String($0) } ?? "\(value)"
    }

    private static func escaped(_ text: String) -> String {
        text.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"").replacing("\n", with: "\\n")
    }
}
