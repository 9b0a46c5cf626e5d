import ExportFormat

/// A query, then the same other query for each of its rows.
struct RepeatedQueries: SpanDetector {
    static let name = "n_plus_one_db"
    static let projectSetting: String? = "n_plus_one_db_queries_detection_enabled"
    static let isOnByDefault = true

    private let body: FieldValue
    private let count: Int
    private let threshold: Double
    private var parents: [String: DetectedSpan] = [:]
    private var source: DetectedSpan?
    private var repeated: [DetectedSpan] = []
    private(set) var found = ProblemList()

    init(_ body: FieldValue, _ settings: DetectionSettings) {
        self.body = body
        count = Int(settings.number("n_plus_one_db_count", 5))
        threshold = settings.number("n_plus_one_db_duration_threshold", 50)
        let root = body.at("contexts", "trace")
        if root.isTruthy { parents[root["span_id"].pythonText] = DetectedSpan(root) }
    }

    mutating func visit(_ span: DetectedSpan) {
        guard span.id.isTruthy, !span.op.isEmpty else { return }
        guard span.op.hasPrefix("db"), !span.op.hasPrefix("db.redis") else { return passParent(span) }
        guard source != nil else { return takeAsSource(span) }
        if continues(span) { return repeated.append(span) }
        let last = repeated.last
        store()
        reset()
        if let last { takeAsSource(last) }
        if source != nil, continues(span) {
            repeated.append(span)
        } else {
            source = nil
            takeAsSource(span)
        }
    }

    mutating func finish() { store() }

    /// Ends what is being followed; the span may have queries below it.
    private mutating func passParent(_ span: DetectedSpan) {
        store()
        reset()
        if span.parent.isTruthy { parents[span.id.pythonText] = span }
    }

    private mutating func reset() {
        source = nil
        repeated = []
    }

    private mutating func takeAsSource(_ span: DetectedSpan) {
        if span.parent.isTruthy, parents[span.parent.pythonText] != nil { source = span }
    }

    private func continues(_ span: DetectedSpan) -> Bool {
        guard let source, span.parent.isTruthy, span.parent == source.parent, !span.hash.isEmpty,
            span.hash != source.hash
        else { return false }
        return repeated.first.map { $0.hash == span.hash } ?? true
    }

    private mutating func store() {
        guard let source, let first = repeated.first, repeated.count >= count,
            repeated.coveredMilliseconds >= threshold, let parent = parents[source.parent.pythonText],
            !source.description.isEmpty, !first.description.isEmpty, !first.description.hasSuffix("..."),
            first.description.contains(" ")
        else { return }
        let text = [parent.op, parent.hash, source.hash, first.hash].map { $0.isEmpty ? "None" : $0 }.joined()
        let fingerprint = "1-GroupType.PERFORMANCE_N_PLUS_ONE_DB_QUERIES-" + EventHash.sha1(text)
        guard !found.has(fingerprint) else { return }
        found.set(fingerprint, problem(fingerprint, source, first, parent))
    }

    private func problem(
        _ fingerprint: String, _ source: DetectedSpan, _ first: DetectedSpan, _ parent: DetectedSpan
    ) -> SpanProblem {
        SpanProblem(
            fingerprint: fingerprint, type: .repeatedQuery, op: "db", description: first.description,
            parents: .list([source.parent]), causes: .list([source.id]), offenders: repeated.map(\.id),
            evidence: [body.transactionEvidence, .init("parent_span", .text(parent.evidence))]
                + first.repeatingEvidence(String(repeated.count)))
    }
}

/// The same under another name, which the reference only counts.
struct RepeatedQueriesExtended: SpanDetector {
    static let name = "n_plus_one_db_ext"
    static let projectSetting: String? = nil
    static let isOnByDefault = false

    private var same: RepeatedQueries

    init(_ body: FieldValue, _ settings: DetectionSettings) { same = RepeatedQueries(body, settings) }

    var found: ProblemList { same.found }

    mutating func visit(_ span: DetectedSpan) { same.visit(span) }

    mutating func finish() { same.finish() }
}
