internal import FoundationEssentials
internal import Tracing

/// Spans as the OpenTelemetry Protocol has them in JSON: ids in hexadecimal digits, times and whole numbers as texts.
struct TraceBody: Sendable {
    private let settings: TraceSettings

    init(_ settings: TraceSettings) { self.settings = settings }

    func bytes(_ spans: [FinishedSpan]) -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        encoder.nonConformingFloatEncodingStrategy = .convertToString(
            positiveInfinity: "Infinity", negativeInfinity: "-Infinity", nan: "NaN")
        let scope = Request.Scope(name: "relocation", version: settings.version)
        let request = Request(resourceSpans: [
            .init(
                resource: .init(attributes: resource),
                scopeSpans: [.init(scope: scope, spans: spans.map(Request.Span.init))])
        ])
        // Texts and numbers always encode.
        return (try? encoder.encode(request)).map { Array($0) } ?? []
    }

    private var resource: [Request.Attribute] {
        [
            ("service.name", settings.service), ("service.version", settings.version),
            ("service.instance.id", settings.instance), ("telemetry.sdk.language", "swift"),
        ].filter { !$0.1.isEmpty }.map { Request.Attribute(key: $0, value: .init(stringValue: $1)) }
    }
}

/// `ExportTraceServiceRequest`, as far as it is used. Members are a contract.
private struct Request: Encodable {
    let resourceSpans: [ResourceSpans]

    struct ResourceSpans: Encodable {
        let resource: Resource
        let scopeSpans: [ScopeSpans]
    }

    struct Resource: Encodable {
        let attributes: [Attribute]
    }

    struct ScopeSpans: Encodable {
        let scope: Scope
        let spans: [Span]
    }

    struct Scope: Encodable {
        let name, version: String
    }

    struct Attribute: Encodable {
        let key: String
        let value: Value
    }

    struct Value: Encodable {
        var stringValue: String?
        var intValue: String?
        var doubleValue: Double?
        var boolValue: Bool?
    }

    struct Status: Encodable {
        let code: Int
    }

    // One property per member of the message.
    struct Span: Encodable {
        let traceId, spanId, name, startTimeUnixNano, endTimeUnixNano: String
        let parentSpanId: String?
        let kind, flags: Int
        let attributes: [Attribute]
        let status: Status?
    }
}

extension Request.Span {
    /// Bits of `flags` beside those of the W3C: whether it is known that the parent is another process', and whether it is.
    private static let knowsRemote = 0x100
    private static let isRemote = 0x200
    private static let failed = 2

    init(_ span: FinishedSpan) {
        traceId = span.id.traceText
        spanId = span.id.spanText
        parentSpanId = span.parent?.id.spanText
        name = span.name
        kind = span.kind.number
        flags = 1 | Self.knowsRemote | (span.parent?.isRemote == true ? Self.isRemote : 0)
        startTimeUnixNano = String(span.began)
        endTimeUnixNano = String(span.ended)
        var list: [Request.Attribute] = []
        span.attributes.forEach { key, value in list.append(Request.Attribute(key: key, value: .init(value))) }
        attributes = list.sorted { $0.key < $1.key }
        status = span.isError ? Request.Status(code: Self.failed) : nil
    }
}

extension Request.Value {
    init(_ attribute: SpanAttribute) {
        switch attribute {
        case .int32(let number): intValue = String(number)
        case .int64(let number): intValue = String(number)
        case .double(let number): doubleValue = number
        case .bool(let flag): boolValue = flag
        case .string(let text): stringValue = text
        case .stringConvertible(let value): stringValue = "\(value)"
        // Lists, which nobody here tells.
        default: stringValue = "?"
        }
    }
}

extension SpanKind {
    fileprivate var number: Int {
        switch self {
        case .internal: 1
        case .server: 2
        case .client: 3
        case .producer: 4
        case .consumer: 5
        }
    }
}
