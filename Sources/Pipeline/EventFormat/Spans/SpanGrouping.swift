package import ExportFormat

/// Span hashes by the strategies of the configuration `default:2022-10-27`.
package enum SpanGrouping {
    package static let configuration = "default:2022-10-27"

    private static let defaultPart = "{{ default }}"
    private static let queryOps: Set<String> = [
        "db", "db.query", "db.sql.query", "db.sql.active_record", "db.sql.execute", "db.sql.transaction",
    ]

    /// The hash of a transaction's root span.
    package static func hash(transaction: String) -> String { EventHash.span([transaction]) }

    package static func hash(of span: FieldValue) -> String {
        let parts = span["fingerprint"].items
        guard !parts.isEmpty else { return EventHash.span(defaultValues(span)) }
        return EventHash.span(parts.flatMap { isDefault($0) ? defaultValues(span) : [$0.pythonText] })
    }

    /// `{{ default }}` with any blanks inside the braces.
    private static func isDefault(_ part: FieldValue) -> Bool {
        guard let text = part.text, text.hasPrefix("{{"), text.hasSuffix("}}"), text.utf8.count >= 4 else {
            return false
        }
        return PythonString.stripped(text.dropFirst(2).dropLast(2)) == "default"
    }

    private static func defaultValues(_ span: FieldValue) -> [String] {
        let description = span["description"].text ?? ""
        switch span["op"].text ?? "" {
        case let op where queryOps.contains(op):
            if let query = QueryText.parametrized(description) { return [query] }
        case "http.client":
            if let parts = HTTPSpan.parts(description) { return parts }
        case "redis", "db.redis":
            return [String(description.prefix { $0 != " " })]
        default: break
        }
        return [description]
    }

    /// Writes hashes into the spans and the trace context of a transaction. Nothing changes if the event lacks what they
    /// are made of.
    package static func apply(to body: inout FieldValue) {
        guard let transaction = body["transaction"].text, body.at("contexts", "trace").isObject,
            case .list(let spans) = body["spans"], spans.allSatisfy(\.isObject)
        else { return }
        if !isComplete(body) {
            write(spans.map { ($0["span_id"], hash(of: $0)) }, root: hash(transaction: transaction), to: &body)
        }
        body["span_grouping_config"] = .object([.init("id", .text(configuration))])
    }

    /// Whether an earlier result of the same configuration can stay: each span has one.
    private static func isComplete(_ body: FieldValue) -> Bool {
        let trace = body.at("contexts", "trace")
        return body.at("span_grouping_config", "id").text == configuration && trace["hash"].isTruthy
            && trace["span_id"].isTruthy
            && body["spans"].items.allSatisfy { $0["hash"].isTruthy && $0["span_id"].isTruthy }
    }

    /// The last of spans with the same id gives its hash to all of them.
    private static func write(_ hashes: [(id: FieldValue, hash: String)], root: String, to body: inout FieldValue) {
        var byID: [String: String] = [body.at("contexts", "trace", "span_id").pythonText: root]
        for (id, hash) in hashes { byID[id.pythonText] = hash }
        body.update("spans") { spans in
            spans.updateItems { $0["hash"] = byID[$0["span_id"].pythonText].map { .text($0) } ?? .null }
        }
        body.update("contexts") { contexts in
            contexts.update("trace") { $0["hash"] = byID[$0["span_id"].pythonText].map { .text($0) } ?? .null }
        }
    }
}
