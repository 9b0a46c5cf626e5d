package import Metrics
internal import Synchronization

/// Keeps the values of all metrics of this process, for Prometheus to read.
///
/// Counters grow, gauges hold their last value, timers and recorders that aggregate are histograms. Durations are told in
/// seconds.
package final class MetricsRegistry: MetricsFactory {
    /// The registry of this process.
    package static let process = MetricsRegistry()

    private let series = Mutex<[MetricSeries.Name: MetricSeries]>([:])

    package init() {}

    /// All series, of one metric after the other.
    func all() -> [MetricSeries] { series.withLock { $0.values.sorted { $0.name < $1.name } } }

    private func series(
        _ label: String, _ dimensions: [(String, String)], _ kind: MetricSeries.Kind
    ) -> MetricSeries {
        let name = MetricSeries.Name(metric: label, labels: dimensions.map { MetricLabel($0, $1) })
        return series.withLock { known in
            if let series = known[name] { return series }
            let made = MetricSeries(name, kind)
            known[name] = made
            return made
        }
    }

    package func makeCounter(label: String, dimensions: [(String, String)]) -> any CounterHandler {
        series(label, dimensions, .counter)
    }

    package func makeFloatingPointCounter(
        label: String, dimensions: [(String, String)]
    ) -> any FloatingPointCounterHandler {
        series(label, dimensions, .counter)
    }

    package func makeMeter(label: String, dimensions: [(String, String)]) -> any MeterHandler {
        series(label, dimensions, .gauge)
    }

    package func makeRecorder(
        label: String, dimensions: [(String, String)], aggregate: Bool
    ) -> any RecorderHandler {
        series(label, dimensions, aggregate ? .histogram : .gauge)
    }

    package func makeTimer(label: String, dimensions: [(String, String)]) -> any TimerHandler {
        series(label, dimensions, .histogram)
    }

    // Series live as long as the process: a counter that vanished would look like one that began again.
    package func destroyCounter(_ handler: any CounterHandler) {}
    package func destroyFloatingPointCounter(_ handler: any FloatingPointCounterHandler) {}
    package func destroyMeter(_ handler: any MeterHandler) {}
    package func destroyRecorder(_ handler: any RecorderHandler) {}
    package func destroyTimer(_ handler: any TimerHandler) {}
}
