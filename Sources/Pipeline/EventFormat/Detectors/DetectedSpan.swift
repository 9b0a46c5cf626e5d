import ExportFormat

/// One span as detectors look at it.
struct DetectedSpan {
    let id: FieldValue
    let parent: FieldValue
    let op: String
    let description: String
    let hash: String
    let start: Double
    let end: Double
    let data: FieldValue

    init(_ span: FieldValue) {
        id = span["span_id"]
        parent = span["parent_span_id"]
        op = span["op"].text ?? ""
        description = span["description"].text ?? ""
        hash = span["hash"].text ?? ""
        start = span["start_timestamp"].number ?? 0
        end = span["timestamp"].number ?? 0
        data = span["data"]
    }

    /// In microseconds.
    var duration: Int64 { Self.microseconds(end) - Self.microseconds(start) }

    var milliseconds: Double { Double(duration) / 1000 }

    /// Rounded as Python's intervals are.
    static func microseconds(_ seconds: Double) -> Int64 {
        let whole = seconds.rounded(.towardZero)
        guard whole.magnitude < 1e12 else { return 0 }
        return Int64(whole) * 1_000_000 + Int64(((seconds - whole) * 1_000_000).rounded(.toNearestOrEven))
    }

    /// Whether it begins before another has ended.
    func overlaps(_ earlier: DetectedSpan) -> Bool {
        Self.microseconds(earlier.end) > Self.microseconds(start)
    }

    /// `op - description`, or what there is of it.
    var evidence: String { SpanProblem.body(op, description) }

    /// The same without the op, if there is a description.
    var compactEvidence: String { description.isEmpty ? evidence : description }

    /// What is repeated, for the evidence of most problems.
    func repeatingEvidence(_ count: String, key: String = "num_repeating_spans") -> [FieldValue.Member] {
        [
            .init("repeating_spans", .text(evidence)), .init("repeating_spans_compact", .text(compactEvidence)),
            .init(key, .text(count)),
        ]
    }

    /// The address of a request, where the kits that send spans put it.
    var url: String {
        switch data["url"] {
        case .object:
            return (data.at("url", "pathname").text ?? "") + (data.at("url", "search").text ?? "")
        case .text(let url):
            guard let query = data["http.query"].nonEmptyText else { return url }
            return "\(url)?\(query)"
        default:
            let parts = description.unicodeScalars.split(separator: " ", maxSplits: 1, omittingEmptySubsequences: false)
            return parts.count == 2 ? String(parts[1]) : ""
        }
    }

    /// A size in the data, under its name or the one of older kits; nil if neither has one. A size that is no number
    /// ends all detection, as in the reference.
    func size(_ name: String, _ oldName: String) throws(DetectionFault) -> Double? {
        let value = data[name].isTruthy ? data[name] : data[oldName]
        guard value.isTruthy else { return nil }
        guard let number = value.number else { throw DetectionFault() }
        return number
    }
}

/// A value of another type than a detector needs.
struct DetectionFault: Error {}

extension [DetectedSpan] {
    /// Milliseconds that at least one of the spans covers.
    var coveredMilliseconds: Double {
        let spans = sorted { $0.start < $1.start }
        guard let first = spans.first else { return 0 }
        var total = 0.0
        var (low, high) = (first.start, first.end)
        for span in spans.dropFirst() {
            if low <= span.start, span.start <= high {
                high = Swift.max(span.end, high)
            } else {
                total += high - low
                (low, high) = (span.start, span.end)
            }
        }
        return (total + high - low) * 1000
    }

    var summedMilliseconds: Double { reduce(0) { $0 + $1.milliseconds } }
}
