internal import Queue
internal import TaskFormat

/// The state of the queue and the servers at one moment, as gauges.
struct QueueFigures: Sendable {
    let destinations: [DestinationEntry]
    let workforce: Workforce
    /// Seconds that it took to read them.
    let latency: Double

    init(_ queue: RelocationQueue) throws(QueueError) {
        let clock = ContinuousClock()
        let start = clock.now
        workforce = try queue.workforce()
        latency = (clock.now - start).seconds
        destinations = try queue.destinations()
    }

    func add(to text: inout MetricsText) {
        add("relocation_queue_waiting", to: &text) { Double($0.waiting) }
        add("relocation_queue_leased", to: &text) { Double($0.leased) }
        add("relocation_queue_oldest_seconds", to: &text) { entry in
            entry.firstReadyAt == 0 ? 0 : Double(max(workforce.now - entry.firstReadyAt, 0)) / 1_000
        }
        add("relocation_queue_troubled", to: &text) { $0.trouble.isEmpty ? 0 : 1 }
        add("relocation_workers", to: &text) { entry in
            Double(workforce.workers.filter { $0.destinationName == entry.name && !workforce.isGone($0) }.count)
        }
        text.addGauge("relocation_redis_latency_seconds", [([], latency)])
    }

    private func add(_ metric: String, to text: inout MetricsText, _ value: (DestinationEntry) -> Double) {
        text.addGauge(metric, destinations.map { ([MetricLabel("destination", $0.name)], value($0)) })
    }
}

extension Duration {
    var seconds: Double { Double(components.seconds) + Double(components.attoseconds) / 1e18 }
}
