import ExportFormat

/// Requests one after the other that could run at the same time.
struct ConsecutiveRequests: SpanDetector {
    static let name = "consecutive_http"
    static let projectSetting: String? = "consecutive_http_spans_detection_enabled"
    /// The option that would switch it on does not exist.
    static let isOnByDefault = false

    private static let minCount = 3
    private static let maxPause = 500.0
    private static let minPaintRatio = 0.33

    private let body: FieldValue
    private let minSpan: Double
    private let minSaved: Double
    private let isBrowser: Bool
    /// When the largest part of the page was painted, in milliseconds.
    private let paint: Double?
    private var spans: [DetectedSpan] = []
    private(set) var found = ProblemList()

    init(_ body: FieldValue, _ settings: DetectionSettings) {
        self.body = body
        minSpan = settings.number("consecutive_http_spans_span_duration_threshold", 500)
        minSaved = settings.number("consecutive_http_spans_min_time_saved_threshold", 2000)
        isBrowser = BrowserKit.sent(body)
        let measured = body.at("measurements", "lcp")
        let isMilliseconds = measured["unit"].isNull || measured["unit"].text == "millisecond"
        paint = measured["value"].isTruthy && isMilliseconds ? measured["value"].number : nil
    }

    mutating func visit(_ span: DetectedSpan) {
        guard span.id.isTruthy, isEligible(span) else { return }
        if let last = spans.last, span.overlaps(last) {
            store()
            spans = []
        }
        spans.append(span)
    }

    mutating func finish() { store() }

    private func isEligible(_ span: DetectedSpan) -> Bool {
        HTTPRequestSpan.isRequest(span) && !(isBrowser && endsAfterPaint(span))
    }

    private func endsAfterPaint(_ span: DetectedSpan) -> Bool {
        guard let paint else { return true }
        let start = DetectedSpan.microseconds(body["start_timestamp"].number ?? 0)
        return DetectedSpan.microseconds(span.end) > start + Int64(paint * 1000)
    }

    private mutating func store() {
        guard spans.count >= Self.minCount, spans.allSatisfy({ $0.milliseconds > minSpan }),
            zip(spans, spans.dropFirst()).allSatisfy({ Self.pause($0, $1) < Self.maxPause }), mattersToPaint
        else { return }
        let saved = spans.summedMilliseconds - (spans.map(\.milliseconds).max() ?? 0)
        guard saved >= minSaved else { return }
        let type = ProblemType.consecutiveRequests
        let fingerprint = SpanFingerprint.requests(type.number, spans)
        found.set(
            fingerprint,
            SpanProblem(
                fingerprint: fingerprint, type: type, op: "http", description: spans[0].description, parents: .null,
                offenders: spans.map(\.id),
                evidence: [body.transactionEvidence] + spans[0].repeatingEvidence(String(spans.count)),
                evidenceParents: .list([])))
        spans = []
    }

    private static func pause(_ first: DetectedSpan, _ second: DetectedSpan) -> Double {
        Double(DetectedSpan.microseconds(second.start - first.end)) / 1000
    }

    private var mattersToPaint: Bool {
        guard isBrowser else { return true }
        guard let paint, paint > 0 else { return false }
        return spans.summedMilliseconds / paint >= Self.minPaintRatio
    }
}

/// Spans of requests to other services.
enum HTTPRequestSpan {
    private static let methods = ["GET", "POST", "DELETE", "PUT", "PATCH"]

    static func isRequest(_ span: DetectedSpan) -> Bool {
        guard span.id.isTruthy, !span.op.isEmpty, !span.hash.isEmpty, !span.description.isEmpty else { return false }
        let text = PythonString.stripped(span.description).uppercased()
        return methods.contains { text.hasPrefix($0) } && !span.description.contains("_next/static/")
            && !span.description.contains("_next/data/")
    }
}

/// The kits that send events from browsers.
enum BrowserKit {
    private static let names: Set<String> = [
        "browser", "react", "gatsby", "ember", "vue", "angular", "angular-ivy", "nextjs", "electron", "remix",
        "svelte", "sveltekit", "solid", "astro",
    ]

    static func sent(_ body: FieldValue) -> Bool {
        guard let name = body.at("sdk", "name").text?.lowercased(), name.hasPrefix("sentry.javascript.") else {
            return false
        }
        return names.contains(String(name.dropFirst("sentry.javascript.".count)))
    }
}
