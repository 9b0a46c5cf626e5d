import ExportFormat

/// Queries one after the other that could run at the same time.
struct ConsecutiveQueries: SpanDetector {
    static let name = "consecutive_db"
    static let projectSetting: String? = "consecutive_db_queries_detection_enabled"
    static let isOnByDefault = true

    private static let minCount = 2
    private static let minSpanMilliseconds = 30.0
    private static let minSavedRatio = 0.1

    private let body: FieldValue
    private let minSaved: Double
    private var spans: [DetectedSpan] = []
    private(set) var found = ProblemList()

    init(_ body: FieldValue, _ settings: DetectionSettings) {
        self.body = body
        minSaved = settings.number("consecutive_db_min_time_saved_threshold", 100)
    }

    static func takes(_ body: FieldValue) -> Bool {
        let request = body["request"]
        if request.isTruthy, request["url"].text?.hasSuffix("/graphql") == true {
            let method = request["http.method"].nonEmptyText ?? request["method"].text ?? ""
            if ["post", "get"].contains(method.lowercased()) { return false }
        }
        return body.at("sdk", "name").text?.lowercased().contains("php") != true
    }

    mutating func visit(_ span: DetectedSpan) {
        guard span.id.isTruthy, Self.isQuery(span), spans.last.map({ !span.overlaps($0) }) ?? true else {
            store()
            spans = []
            return
        }
        spans.append(span)
    }

    mutating func finish() { store() }

    private static func isQuery(_ span: DetectedSpan) -> Bool {
        (span.op == "db" || span.op.hasPrefix("db.sql"))
            && PythonString.begins(PythonString.stripped(span.description), withUpper: "SELECT")
    }

    /// Places of the queries that need nothing of those before.
    private var independent: [Int] {
        spans.indices.dropFirst().filter { place in
            let query = spans[place].description
            return !query.isEmpty && !query.hasSuffix("...") && !PythonString.contains(query.uppercased(), "WHERE")
                && !QueryText.hasParameter(query)
        }
    }

    private mutating func store() {
        // No more can be saved than what they take in all.
        let total = spans.summedMilliseconds
        guard spans.count >= Self.minCount, total >= minSaved else { return }
        let free = independent
        guard !free.isEmpty, free.allSatisfy({ spans[$0].milliseconds > Self.minSpanMilliseconds }) else { return }
        let saved = total - max(free.map { spans[$0].milliseconds }.max() ?? 0, dependentMilliseconds(free))
        guard saved >= minSaved, total > 0, saved / total >= Self.minSavedRatio else { return }
        let problem = problem(free, saved)
        found.set(problem.fingerprint, problem)
    }

    private func dependentMilliseconds(_ free: [Int]) -> Double {
        spans.indices.reduce(0) { free.contains($1) ? $0 : $0 + spans[$1].milliseconds }
    }

    private func problem(_ free: [Int], _ saved: Double) -> SpanProblem {
        let type = ProblemType.consecutiveQueries
        let hashes = ([spans[free[0] - 1]] + free.map { spans[$0] }).map(\.hash).joined(separator: "-")
        let first = spans[free[0]]
        return SpanProblem(
            fingerprint: SpanFingerprint.of(type.number, hashes), type: type, op: "db", description: first.description,
            parents: .null, causes: .list(spans.map(\.id)), offenders: free.map { spans[$0].id },
            evidence: [
                body.transactionEvidence, .init("repeating_spans", .text(first.evidence)),
                .init("repeating_spans_compact", .text(first.compactEvidence)),
                .init("transaction_duration", .double(body.transactionDuration)),
                .init("slow_span_duration", .double(saved)), .init("span_evidence_key_value", keyValues(free)),
            ])
    }

    private func keyValues(_ free: [Int]) -> FieldValue {
        .list([
            .object([.init("key", .text("Transaction")), .init("value", body.transactionEvidence.value)]),
            .object([.init("key", .text("Starting Span")), .init("value", .text(spans[0].description))]),
            .object([
                .init("key", .text("Parallelizable Spans")),
                .init("value", .list(free.map { .text(spans[$0].description) })),
                .init("is_multi_value", .bool(true)),
            ]),
        ])
    }
}
