import ExportFormat

/// Requests that wait because a browser opens few connections to a host at a time.
struct RequestOverhead: SpanDetector {
    static let name = "http_overhead"
    static let projectSetting: String? = "http_overhead_detection_enabled"
    static let isOnByDefault = false

    private static let minQueued = 5
    /// Shorter delays are not shown.
    private static let shownDelay = 100.0

    private struct Waiting {
        let span: DetectedSpan
        /// In milliseconds.
        let delay: Double
        let depth: Int
    }

    private let body: FieldValue
    private let maxDelay: Double
    private var hosts: [String] = []
    private var waiting: [String: [Waiting]] = [:]
    private(set) var found = ProblemList()

    init(_ body: FieldValue, _ settings: DetectionSettings) {
        self.body = body
        maxDelay = settings.number("http_request_delay_threshold", 500)
    }

    mutating func visit(_ span: DetectedSpan) {
        guard span.op == "http.client", span.data["network.protocol.version"].text == "1.1",
            let address = span.data["url"].nonEmptyText, span.start != 0,
            let requested = span.data["http.request.request_start"].number, requested != 0
        else { return }
        let host = address.hasPrefix("/") ? "/" : SplitURL(address)?.host ?? ""
        let delay = requested * 1000 - span.start * 1000
        guard !host.isEmpty, delay >= 0 else { return }
        if waiting[host] == nil { hosts.append(host) }
        let depth = depth(span, delay, waiting[host] ?? [])
        waiting[host, default: []].append(Waiting(span: span, delay: delay, depth: depth))
    }

    /// How many requests stand in the queue before it.
    private func depth(_ span: DetectedSpan, _ delay: Double, _ earlier: [Waiting]) -> Int {
        guard let first = earlier.last(where: { $0.depth == 0 }), let last = earlier.last else { return 0 }
        return delay >= first.delay && span.overlaps(first.span) ? last.depth + 1 : 0
    }

    mutating func finish() {
        for host in hosts {
            let shown = (waiting[host] ?? []).filter { $0.delay > Self.shownDelay }
            guard let example = shown.last?.span, shown.contains(where: { $0.depth >= Self.minQueued }),
                shown.contains(where: { $0.delay > maxDelay })
            else { continue }
            let fingerprint = "1-\(ProblemType.requestOverhead.number)-\(host)"
            found.set(
                fingerprint,
                SpanProblem(
                    fingerprint: fingerprint, type: .requestOverhead, op: "http", description: example.description,
                    parents: .null, offenders: shown.map(\.span.id),
                    evidence: [body.transactionEvidence] + example.repeatingEvidence(String(shown.count)),
                    evidenceParents: .list([])))
        }
    }
}
