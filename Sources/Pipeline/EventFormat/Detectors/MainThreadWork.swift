import ExportFormat

/// Spans that hold up the main thread of an application, by their parents.
struct MainThreadWork {
    private let body: FieldValue
    private let type: ProblemType
    private let threshold: Double
    private var parents: [FieldValue] = []
    private var spans: [String: [DetectedSpan]] = [:]
    private(set) var found = ProblemList()

    init(_ body: FieldValue, _ type: ProblemType, threshold: Double) {
        self.body = body
        self.type = type
        self.threshold = threshold
    }

    mutating func add(_ span: DetectedSpan) {
        guard case .bool(true) = span.data["blocked_main_thread"] else { return }
        let key = span.parent.pythonText
        if spans[key] == nil { parents.append(span.parent) }
        spans[key, default: []].append(span)
    }

    mutating func finish(_ fingerprint: ([DetectedSpan]) -> String) {
        for parent in parents {
            guard let spans = spans[parent.pythonText], let first = spans.first else { continue }
            guard !first.op.isEmpty, first.id.isTruthy else { return }
            guard spans.coveredMilliseconds >= threshold else { continue }
            let fingerprint = SpanFingerprint.of(type.number, fingerprint(spans))
            found.set(
                fingerprint,
                SpanProblem(
                    fingerprint: fingerprint, type: type, op: first.op, description: first.description,
                    parents: .list([parent]), offenders: spans.map(\.id),
                    evidence: [body.transactionEvidence] + first.repeatingEvidence(String(spans.count))))
        }
    }
}

/// Files that the main thread reads or writes.
struct FileOnMainThread: SpanDetector {
    static let name = "file_io_main_thread"
    static let projectSetting: String? = "file_io_on_main_thread_detection_enabled"
    static let isOnByDefault = false

    private static let ignoredEndings = [".nib", ".plist"]
    private var work: MainThreadWork

    init(_ body: FieldValue, _ settings: DetectionSettings) {
        work = MainThreadWork(
            body, .fileOnMainThread, threshold: settings.number("file_io_on_main_thread_duration_threshold", 16))
    }

    var found: ProblemList { work.found }

    mutating func visit(_ span: DetectedSpan) {
        let path = span.data["file.path"].text?.lowercased() ?? ""
        guard span.op.lowercased().hasPrefix("file"), !Self.ignoredEndings.contains(where: path.hasSuffix) else {
            return
        }
        work.add(span)
    }

    mutating func finish() { work.finish(Self.stacks) }

    /// The calls of all spans; those of a span include those before it.
    private static func stacks(_ spans: [DetectedSpan]) -> String {
        var calls: [String] = []
        var stacks: [String] = []
        for span in spans {
            for frame in span.data["call_stack"].items {
                let call = "\(frame["module"].text ?? "").\(frame["function"].text ?? "")"
                if !calls.contains(call) { calls.append(call) }
            }
            let stack = calls.joined(separator: ".")
            if !stacks.contains(stack) { stacks.append(stack) }
        }
        return stacks.joined(separator: "-")
    }
}

/// Queries that the main thread waits for.
struct QueryOnMainThread: SpanDetector {
    static let name = "db_main_thread"
    static let projectSetting: String? = "db_on_main_thread_detection_enabled"
    static let isOnByDefault = false

    private var work: MainThreadWork

    init(_ body: FieldValue, _ settings: DetectionSettings) {
        work = MainThreadWork(
            body, .queryOnMainThread, threshold: settings.number("db_on_main_thread_duration_threshold", 16))
    }

    var found: ProblemList { work.found }

    mutating func visit(_ span: DetectedSpan) {
        if span.op.lowercased().hasPrefix("db") { work.add(span) }
    }

    mutating func finish() {
        work.finish { spans in
            var texts: [String] = []
            for span in spans where !texts.contains(span.description) { texts.append(span.description) }
            return texts.joined(separator: "-")
        }
    }
}
