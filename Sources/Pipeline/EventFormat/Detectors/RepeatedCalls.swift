import ExportFormat

/// Many requests to the same service at the same time.
struct RepeatedCalls: SpanDetector {
    static let name = "n_plus_one_api_calls"
    static let projectSetting: String? = "n_plus_one_api_calls_detection_enabled"
    static let isOnByDefault = true

    private static let minCount = 10
    private static let maxDistance: Int64 = 5_000
    private static let traceOps: Set<String> = ["navigation", "pageload", "ui.load", "ui.action"]
    private static let assetEndings = [".js", ".css", ".svg", ".png", ".mp3", ".jpg", ".jpeg"]
    private static let ignoredParts = ["graphql", "_next/data", "__nextjs_original-stack-frame"]

    private let body: FieldValue
    private let minTotal: Double
    private var spans: [DetectedSpan] = []
    private(set) var found = ProblemList()

    init(_ body: FieldValue, _ settings: DetectionSettings) {
        self.body = body
        minTotal = settings.number("n_plus_one_api_calls_total_duration_threshold", 300)
    }

    static func takes(_ body: FieldValue) -> Bool {
        guard let op = body.at("contexts", "trace", "op").nonEmptyText else { return true }
        return traceOps.contains(op)
    }

    mutating func visit(_ span: DetectedSpan) {
        guard span.op == "http.client", Self.isEligible(span) else { return }
        if let last = spans.last, !(Self.areConcurrent(last, span) && Self.areSimilar(last, span)) {
            store()
            spans = []
        }
        spans.append(span)
    }

    mutating func finish() { store() }

    private static func isEligible(_ span: DetectedSpan) -> Bool {
        guard span.id.isTruthy, !span.hash.isEmpty,
            PythonString.prefix(PythonString.stripped(span.description), 3).uppercased() == "GET"
        else { return false }
        let address = span.url
        guard !address.isEmpty, !ignoredParts.contains(where: address.contains), let url = SplitURL(address) else {
            return false
        }
        return !assetEndings.contains { url.path.hasSuffix($0) }
    }

    private static func areConcurrent(_ first: DetectedSpan, _ second: DetectedSpan) -> Bool {
        DetectedSpan.microseconds(abs(first.start - second.start)) < maxDistance
    }

    private static func areSimilar(_ first: DetectedSpan, _ second: DetectedSpan) -> Bool {
        hash(first) == hash(second) && first.parent == second.parent
    }

    /// By what is requested, without parameters.
    private static func hash(_ span: DetectedSpan) -> [String]? { HTTPSpan.parts(span.description) }

    private mutating func store() {
        guard spans.count >= Self.minCount, spans.summedMilliseconds >= minTotal, let first = spans.first,
            let last = spans.last, URLPattern.isVariable(url: first.url)
        else { return }
        let fingerprint = SpanFingerprint.requests(ProblemType.repeatedCall.number, [first])
        found.set(fingerprint, problem(fingerprint, first, last))
    }

    private func problem(_ fingerprint: String, _ first: DetectedSpan, _ last: DetectedSpan) -> SpanProblem {
        SpanProblem(
            fingerprint: fingerprint, type: .repeatedCall, op: last.op, description: commonStart,
            parents: .list([last.parent]), offenders: spans.map(\.id),
            evidence: [
                body.transactionEvidence, .init("num_repeating_spans", .text(String(spans.count))),
                .init("repeating_spans", .text(SplitURL(first.url)?.path ?? "")),
                .init("repeating_spans_compact", .text(first.compactEvidence)),
                .init("parameters", .list(parameters.map { .text($0) })),
            ])
    }

    private var commonStart: String {
        var common = Array(spans[0].description.unicodeScalars)
        for span in spans.dropFirst() {
            let same = zip(common, span.description.unicodeScalars).prefix { $0 == $1 }.count
            common.removeLast(common.count - same)
        }
        return String(String.UnicodeScalarView(common))
    }

    /// Each parameter with all its values: `{page: 1,2,3}`.
    private var parameters: [String] {
        var all: [(key: String, values: [String])] = []
        for (key, values) in spans.flatMap({ SplitURL($0.url)?.queryValues ?? [] }) {
            if let place = all.firstIndex(where: { $0.key == key }) {
                all[place].values += values
            } else {
                all.append((key, values))
            }
        }
        return all.map { "{\($0.key): \($0.values.joined(separator: ","))}" }
    }
}
