internal import Metrics
internal import Synchronization

/// A label of a series: `kind="chunk"`.
struct MetricLabel: Hashable, Sendable {
    let name: String
    let value: String

    init(_ name: String, _ value: String) {
        self.name = name
        self.value = value
    }
}

/// One metric with one set of labels, and what it has come to.
final class MetricSeries: Sendable {
    enum Kind: String, Sendable {
        case counter, gauge, histogram
    }

    struct Name: Hashable, Comparable, Sendable {
        let metric: String
        let labels: [MetricLabel]

        static func < (one: Name, other: Name) -> Bool {
            (one.metric, one.labels.map(\.value).joined(separator: "\0"))
                < (other.metric, other.labels.map(\.value).joined(separator: "\0"))
        }
    }

    struct Value: Sendable {
        /// Of a counter or a gauge; the sum of a histogram.
        var sum = 0.0
        /// Of a histogram.
        var count = 0
        /// Observations up to each of the bounds.
        var buckets = [Int](repeating: 0, count: MetricSeries.bounds.count)
    }

    let name: Name
    let kind: Kind
    private let state = Mutex(Value())

    /// Upper bounds of the buckets, in seconds: from a small chunk to a relocation that waits for an hour.
    static let bounds: [Double] = [
        0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 900, 3_600,
    ]

    init(_ name: Name, _ kind: Kind) {
        self.name = name
        self.kind = kind
    }

    var value: Value { state.withLock { $0 } }

    private func add(_ amount: Double) { state.withLock { $0.sum += amount } }

    private func store(_ value: Double) { state.withLock { $0.sum = value } }

    private func observe(_ value: Double) {
        state.withLock { state in
            state.sum += value
            state.count += 1
            for (place, bound) in Self.bounds.enumerated() where value <= bound { state.buckets[place] += 1 }
        }
    }
}

extension MetricSeries: CounterHandler, FloatingPointCounterHandler {
    func increment(by amount: Int64) { add(Double(amount)) }
    func increment(by amount: Double) { add(amount) }
    func reset() { store(0) }
}

extension MetricSeries: MeterHandler {
    func set(_ value: Int64) { store(Double(value)) }
    func set(_ value: Double) { store(value) }
    func decrement(by amount: Double) { add(-amount) }
}

extension MetricSeries: RecorderHandler {
    func record(_ value: Int64) { record(Double(value)) }

    func record(_ value: Double) {
        switch kind {
        case .histogram: observe(value)
        case .counter, .gauge: store(value)
        }
    }
}

extension MetricSeries: TimerHandler {
    func recordNanoseconds(_ duration: Int64) { observe(Double(duration) / 1e9) }
}
