import ExportFormat

/// Scripts and styles that came without compression, where others came with it.
struct UncompressedAssets: SpanDetector {
    static let name = "uncompressed_assets"
    static let projectSetting: String? = "uncompressed_assets_detection_enabled"
    static let isOnByDefault = true

    private static let ops: Set<String> = ["resource.css", "resource.script"]
    private static let endings = ["css", "json", "js"]
    private static let browsers: Set<String> = ["chrome", "firefox", "safari", "edge"]

    private let body: FieldValue
    private let minSize: Double
    private let minMilliseconds: Double
    private var hasCompressed = false
    private(set) var found = ProblemList()

    init(_ body: FieldValue, _ settings: DetectionSettings) {
        self.body = body
        minSize = settings.number("uncompressed_asset_size_threshold", 500 * 1024)
        minMilliseconds = settings.number("uncompressed_asset_duration_threshold", 300)
    }

    static func takes(_ body: FieldValue) -> Bool {
        let name = EventTags.value("browser.name", in: body["tags"].items)
        return name.map { browsers.contains($0.lowercased()) } ?? false
    }

    mutating func visit(_ span: DetectedSpan) throws(DetectionFault) {
        guard Self.ops.contains(span.op),
            let transferred = try span.size("http.response_transfer_size", "Transfer Size"),
            let encoded = try span.size("http.response_content_length", "Encoded Body Size"),
            let decoded = try span.size("http.decoded_response_content_length", "Decoded Body Size"),
            transferred > 0, transferred >= encoded
        else { return }
        guard encoded == decoded else {
            hasCompressed = true
            return
        }
        guard encoded >= minSize, Self.endings.contains(where: span.description.hasSuffix),
            span.milliseconds > minMilliseconds, let id = span.id.nonEmptyText
        else { return }
        let fingerprint = SpanFingerprint.asset(ProblemType.uncompressedAsset.number, span.description)
        guard !found.has(fingerprint) else { return }
        found.set(
            fingerprint,
            SpanProblem(
                fingerprint: fingerprint, type: .uncompressedAsset, op: span.op, description: span.description,
                offenders: [span.id],
                // The reference writes the length of the id here.
                evidence: [body.descriptionEvidence] + span.repeatingEvidence(String(PythonString.length(id)))))
    }

    mutating func finish() { if !hasCompressed { found.removeAll() } }
}

/// Large scripts and styles that a page waits for before it shows anything.
struct BlockingAssets: SpanDetector {
    static let name = "render_blocking_assets"
    static let projectSetting: String? = "large_render_blocking_asset_detection_enabled"
    static let isOnByDefault = true

    private static let ops: Set<String> = ["resource.link", "resource.script"]
    private static let maxSize = 1_000_000_000.0

    private let body: FieldValue
    private let minSize: Double
    private let minRatio: Double
    private let start: Int64
    private let paintValue: FieldValue
    /// From the transaction's start to the first painting, in microseconds; nil if it does not matter, or no more.
    private var paint: Int64?
    private(set) var found = ProblemList()

    init(_ body: FieldValue, _ settings: DetectionSettings) {
        self.body = body
        minSize = settings.number("render_blocking_bytes_min", 500_000)
        minRatio = settings.number("render_blocking_fcp_ratio", 0.33)
        start = DetectedSpan.microseconds(body["start_timestamp"].number ?? 0)
        let measured = body.at("measurements", "fcp")
        paintValue = measured["value"]
        guard let value = paintValue.number, value != 0,
            !measured.has("unit") || measured["unit"].text == "millisecond",
            value >= settings.number("render_blocking_fcp_min", 2000),
            value < settings.number("render_blocking_fcp_max", 10_000)
        else { return }
        paint = Int64((value * 1000).rounded(.toNearestOrEven))
    }

    mutating func visit(_ span: DetectedSpan) throws(DetectionFault) {
        guard let paint, Self.ops.contains(span.op) else { return }
        if try isBlocking(span, paint), span.id.isTruthy {
            let problem = problem(span)
            found.set(problem.fingerprint, problem)
        }
        if DetectedSpan.microseconds(span.start) >= start + paint { self.paint = nil }
    }

    private func isBlocking(_ span: DetectedSpan, _ paint: Int64) throws(DetectionFault) -> Bool {
        if span.data["resource.render_blocking_status"].text == "non-blocking" { return false }
        guard DetectedSpan.microseconds(span.end) < start + paint else { return false }
        let size = try span.size("http.response_content_length", "Encoded Body Size") ?? 0
        guard size >= minSize, size <= Self.maxSize else { return false }
        return Double(span.duration) / Double(paint) > minRatio
    }

    private func problem(_ span: DetectedSpan) -> SpanProblem {
        let type = ProblemType.blockingAsset
        return SpanProblem(
            fingerprint: SpanFingerprint.asset(type.number, span.description), type: type, op: span.op,
            description: span.description, offenders: [span.id],
            evidence: [
                body.descriptionEvidence, .init("slow_span_description", .text(span.description)),
                .init("slow_span_duration", .double((span.end - span.start) * 1000)),
                .init("transaction_duration", .double(body.transactionDuration)), .init("fcp", paintValue),
                .init("repeating_spans", .text(span.evidence)),
                .init("repeating_spans_compact", .text(span.compactEvidence)),
            ])
    }
}

/// Answers to requests that are very large.
struct LargePayloads: SpanDetector {
    static let name = "large_http_payload"
    static let projectSetting: String? = "large_http_payload_detection_enabled"
    /// The option that would switch it on does not exist.
    static let isOnByDefault = false

    private static let assetEndings = [".JS", ".CSS", ".SVG", ".PNG", ".MP3", ".JPG", ".JPEG"]
    private static let minMilliseconds = 100.0

    private let body: FieldValue
    private let maxSize: Double
    private(set) var found = ProblemList()

    init(_ body: FieldValue, _ settings: DetectionSettings) {
        self.body = body
        maxSize = settings.number("large_http_payload_size_threshold", 300_000)
    }

    mutating func visit(_ span: DetectedSpan) throws(DetectionFault) {
        guard HTTPRequestSpan.isRequest(span), !Self.isAsset(span),
            let size = try span.size("http.response_content_length", "Encoded Body Size"), size > maxSize,
            span.milliseconds > Self.minMilliseconds
        else { return }
        let type = ProblemType.largePayload
        let fingerprint = SpanFingerprint.requests(type.number, [span])
        found.set(
            fingerprint,
            SpanProblem(
                fingerprint: fingerprint, type: type, op: "http", description: span.description, parents: .null,
                offenders: [span.id], evidence: [body.descriptionEvidence] + span.repeatingEvidence("1"),
                evidenceParents: .list([])))
    }

    private static func isAsset(_ span: DetectedSpan) -> Bool {
        let text = PythonString.stripped(span.description).uppercased()
        return assetEndings.contains { text.hasSuffix($0) }
    }
}
