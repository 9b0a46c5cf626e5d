import ExportFormat

/// A sequence of different spans with a query among them that repeats.
struct RepeatedSequences: SpanDetector {
    static let name = "m_n_plus_one_db"
    static let projectSetting: String? = "n_plus_one_db_queries_detection_enabled"
    static let isOnByDefault = true

    /// The number of the reference's own type for it, which only fingerprints have.
    private static let fingerprintType: Int64 = 1011
    private static let maxLength = 5
    private static let minTimes = 3

    private enum State {
        /// The last spans.
        case searching([DetectedSpan])
        /// What repeats, all spans so far, and which one of the pattern comes next.
        case continuing(pattern: [DetectedSpan], spans: [DetectedSpan], next: Int)
    }

    private let body: FieldValue
    private let threshold: Double
    private var state = State.searching([])
    private(set) var found = ProblemList()

    init(_ body: FieldValue, _ settings: DetectionSettings) {
        self.body = body
        threshold = settings.number("n_plus_one_db_duration_threshold", 50)
    }

    mutating func visit(_ span: DetectedSpan) {
        switch state {
        case .searching(let recent): state = searched(recent, span)
        case .continuing(let pattern, let spans, let next):
            if Self.areAlike(pattern[next], span) {
                state = .continuing(pattern: pattern, spans: spans + [span], next: (next + 1) % pattern.count)
            } else {
                store(pattern, spans)
                let whole = spans.count / pattern.count * pattern.count
                state = .searching((spans[whole...] + [span]).suffix(Self.maxLength))
            }
        }
    }

    mutating func finish() {
        if case .continuing(let pattern, let spans, _) = state { store(pattern, spans) }
    }

    private func searched(_ recent: [DetectedSpan], _ span: DetectedSpan) -> State {
        // The last one does not count: what repeats at once is another problem.
        for place in recent.indices.dropLast() where Self.areAlike(span, recent[place]) {
            let pattern = Array(recent[place...])
            if Self.isPattern(pattern) { return .continuing(pattern: pattern, spans: pattern + [span], next: 1) }
        }
        return .searching((recent + [span]).suffix(Self.maxLength))
    }

    private static func areAlike(_ left: DetectedSpan, _ right: DetectedSpan) -> Bool {
        guard !left.op.isEmpty, left.op == right.op else { return false }
        return !left.op.hasPrefix("db") || left.hash == right.hash
    }

    /// Whether there is a query in it, and not all spans are alike.
    private static func isPattern(_ spans: [DetectedSpan]) -> Bool {
        let hasQuery = spans.contains {
            $0.op.hasPrefix("db") && !$0.op.hasPrefix("db.redis") && !$0.description.isEmpty
                && !$0.description.hasSuffix("...")
        }
        return hasQuery && spans.contains { !areAlike(spans[0], $0) }
    }

    private mutating func store(_ pattern: [DetectedSpan], _ spans: [DetectedSpan]) {
        let times = spans.count / pattern.count
        let offenders = Array(spans.prefix(pattern.count * times))
        guard times >= Self.minTimes, offenders.coveredMilliseconds >= threshold,
            let parent = commonParent(offenders), let query = spans.first(where: { $0.op.hasPrefix("db") })
        else { return }
        let fingerprint = SpanFingerprint.of(Self.fingerprintType, parent.op + parent.hash + query.hash)
        found.set(
            fingerprint,
            SpanProblem(
                fingerprint: fingerprint, type: .repeatedQuery, op: "db", description: query.description,
                parents: .list([parent.id]), offenders: offenders.map(\.id),
                evidence: [body.transactionEvidence, .init("parent_span", .text(parent.evidence))]
                    + offenders[0].repeatingEvidence(String(offenders.count), key: "number_repeating_spans")))
    }

    private func commonParent(_ spans: [DetectedSpan]) -> DetectedSpan? {
        guard spans[0].parent.isTruthy, spans.allSatisfy({ $0.parent == spans[0].parent }) else { return nil }
        return body["spans"].items.first { $0["span_id"] == spans[0].parent }.map(DetectedSpan.init)
    }
}
