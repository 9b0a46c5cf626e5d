import ExportFormat

/// Single queries that take long.
struct SlowQueries: SpanDetector {
    static let name = "slow_db_query"
    static let projectSetting: String? = "slow_db_queries_detection_enabled"
    static let isOnByDefault = true

    /// Evidence is cut to so many characters.
    private static let maxLength = 10_000

    private let body: FieldValue
    private let threshold: Double
    private(set) var found = ProblemList()

    init(_ body: FieldValue, _ settings: DetectionSettings) {
        self.body = body
        threshold = settings.number("slow_db_query_duration_threshold", 500)
    }

    mutating func visit(_ span: DetectedSpan) {
        guard span.op.hasPrefix("db"), span.id.isTruthy, !span.description.isEmpty,
            span.duration >= Int64(threshold * 1000)
        else { return }
        let query = PythonString.stripped(span.description)
        guard PythonString.prefix(query, 6).uppercased() == "SELECT", !query.hasSuffix("...") else { return }
        let key = EventHash.sha1(span.op + span.description)
        guard !found.has(key) else { return }
        found.set(key, problem(span, query))
    }

    private func problem(_ span: DetectedSpan, _ query: String) -> SpanProblem {
        SpanProblem(
            fingerprint: SpanFingerprint.of(ProblemType.slowQuery.number, span.hash), type: .slowQuery, op: span.op,
            description: cut(query), offenders: [span.id],
            evidence: [
                body.descriptionEvidence, .init("repeating_spans", .text(cut(span.evidence))),
                .init("repeating_spans_compact", .text(cut(span.compactEvidence))),
                .init("num_repeating_spans", .text("1")),
            ],
            display: cut(SpanProblem.body(span.op, query)))
    }

    private func cut(_ text: String) -> String { PythonString.prefix(text, Self.maxLength) }
}
