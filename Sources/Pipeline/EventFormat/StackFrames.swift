package import ExportFormat

/// The frames of an event's stack.
enum StackFrames {
    private static let nativePlatforms: Set<String> = ["objc", "cocoa", "native", "swift", "c"]

    /// The innermost frame of the application with a name, else the innermost one.
    static func crashFrame(_ body: FieldValue) -> FieldValue? {
        let frames = crashFrames(body).reversed().filter { hasName($0) }
        return frames.first { $0["in_app"].isTruthy } ?? frames.first
    }

    private static func hasName(_ frame: FieldValue) -> Bool {
        guard let name = frame["function"].text else { return false }
        return name != "<redacted>" && name != "<unknown>"
    }

    private static func crashFrames(_ body: FieldValue) -> [FieldValue] {
        if let exception = body.at("exception", "values").items.last {
            let frames = exception.at("stacktrace", "frames").items
            if !frames.isEmpty { return frames }
        }
        let own = body.at("stacktrace", "frames").items
        return own.isEmpty ? crashedThread(body).at("stacktrace", "frames").items : own
    }

    private static func crashedThread(_ body: FieldValue) -> FieldValue {
        let threads = body.at("threads", "values").items.filter { !$0.isNull }
        if threads.count == 1 { return threads[0] }
        return threads.first { $0["crashed"].isTruthy } ?? threads.first { $0["current"].isTruthy } ?? .null
    }

    static func functionName(_ frame: FieldValue, platform: String?) -> String? {
        guard let name = frame["function"].nonEmptyText else { return nil }
        if frame["raw_function"].isTruthy { return name }
        let platform = frame["platform"].nonEmptyText ?? platform ?? ""
        return nativePlatforms.contains(platform) ? withoutArguments(name) : name
    }

    /// `crash(int*)` → `crash`; methods of Objective-C stay.
    private static func withoutArguments(_ name: String) -> String {
        if name.hasPrefix("-[") || name.hasPrefix("+[") || name.hasPrefix("<") { return name }
        guard name.hasSuffix(")"), let open = name.firstIndex(of: "("), open > name.startIndex else { return name }
        return String(name[..<open])
    }
}

/// The place that an event is blamed on.
package enum EventCulprit {
    package static func of(_ body: FieldValue) -> String {
        if body["culprit"].isTruthy { return body["culprit"].pythonText }
        if body["transaction"].isTruthy { return body["transaction"].pythonText }
        return EventLimits.truncated(generated(body), EventLimits.culprit)
    }

    private static func generated(_ body: FieldValue) -> String {
        if body["type"].text == "nel" { return NetworkErrorTexts.culprit(body.at("contexts")) }
        let exceptions = body.at("exception", "values").items.filter { !$0.isNull }
        if exceptions.last?.at("mechanism", "synthetic").isTruthy == true { return "" }
        let stacks = exceptions.isEmpty ? [body["stacktrace"]] : exceptions.map { $0["stacktrace"] }
        if let frames = stacks.last(where: { !$0["frames"].items.isEmpty })?["frames"].items {
            let text = culprit(frames, platform: body["platform"].text ?? "")
            if !text.isEmpty { return text }
        }
        return body.at("request", "url").text ?? ""
    }

    private static func culprit(_ frames: [FieldValue], platform: String) -> String {
        var fallback: String?
        for frame in frames.reversed() where frame.isTruthy {
            if frame["in_app"].isTruthy {
                let text = culprit(frame, platform)
                if !text.isEmpty { return text }
            } else if fallback == nil {
                fallback = culprit(frame, platform)
            }
        }
        return fallback ?? ""
    }

    private static func culprit(_ frame: FieldValue, _ platform: String) -> String {
        let function = frame["function"].nonEmptyText ?? "?"
        let platform = frame["platform"].nonEmptyText ?? platform
        if platform == "objc" || platform == "cocoa" || platform == "native" { return function }
        guard let file = frame["module"].nonEmptyText ?? frame["filename"].nonEmptyText else { return "" }
        return platform == "javascript" || platform == "node" ? "\(function)(\(file))" : "\(file) in \(function)"
    }
}

/// What the reports of browsers about network errors mean, in words of the reference.
enum NetworkErrorTexts {
    static func culprit(_ contexts: FieldValue) -> String {
        let type = contexts.at("nel", "error_type").text ?? ""
        guard let text = texts[type] else { return type }
        return text.replacing("{}", with: contexts.at("response", "status_code").pythonText)
    }

    private static let texts: [String: String] = [
        "dns.unreachable": "DNS server is unreachable",
        "dns.name_not_resolved": "DNS server responded but is unable to resolve the address",
        "dns.failed": "Request to the DNS server failed due to reasons not covered by previous errors",
        "dns.address_changed":
            "Indicates that the resolved IP address for a request's origin has changed since the corresponding NEL policy was received",
        "tcp.timed_out": "TCP connection to the server timed out",
        "tcp.closed": "The TCP connection was closed by the server",
        "tcp.reset": "The TCP connection was reset",
        "tcp.refused": "The TCP connection was refused by the server",
        "tcp.aborted": "The TCP connection was aborted",
        "tcp.address_invalid": "The IP address is invalid",
        "tcp.address_unreachable": "The IP address is unreachable",
        "tcp.failed": "The TCP connection failed due to reasons not covered by previous errors",
        "tls.version_or_cipher_mismatch": "The TLS connection was aborted due to version or cipher mismatch",
        "tls.bad_client_auth_cert": "The TLS connection was aborted due to invalid client certificate",
        "tls.cert.name_invalid": "The TLS connection was aborted due to invalid name",
        "tls.cert.date_invalid": "The TLS connection was aborted due to invalid certificate date",
        "tls.cert.authority_invalid": "The TLS connection was aborted due to invalid issuing authority",
        "tls.cert.invalid": "The TLS connection was aborted due to invalid certificate",
        "tls.cert.revoked": "The TLS connection was aborted due to revoked server certificate",
        "tls.cert.pinned_key_not_in_cert_chain": "The TLS connection was aborted due to a key pinning error",
        "tls.protocol.error": "The TLS connection was aborted due to a TLS protocol error",
        "tls.failed": "The TLS connection failed due to reasons not covered by previous errors",
        "http.error": "The user agent successfully received a response, but it had a {} status code",
        "http.protocol.error": "The connection was aborted due to an HTTP protocol error",
        "http.response.invalid":
            "Response is empty, has a content-length mismatch, has improper encoding, and/or other conditions that prevent user agent from processing the response",
        "http.response.redirect_loop": "The request was aborted due to a detected redirect loop",
        "http.failed": "The connection failed due to errors in HTTP protocol not covered by previous errors",
        "abandoned": "User aborted the resource fetch before it is complete",
        "unknown": "error type is unknown",
        "dns.protocol": "ERR_DNS_MALFORMED_RESPONSE", "dns.server": "ERR_DNS_SERVER_FAILED",
        "tls.unrecognized_name_alert": "ERR_SSL_UNRECOGNIZED_NAME_ALERT", "h2.ping_failed": "ERR_HTTP2_PING_FAILED",
        "h2.protocol.error": "ERR_HTTP2_PROTOCOL_ERROR", "h3.protocol.error": "ERR_QUIC_PROTOCOL_ERROR",
        "http.response.invalid.empty": "ERR_EMPTY_RESPONSE",
        "http.response.invalid.content_length_mismatch": "ERR_CONTENT_LENGTH_MISMATCH",
        "http.response.invalid.incomplete_chunked_encoding": "ERR_INCOMPLETE_CHUNKED_ENCODING",
        "http.response.invalid.invalid_chunked_encoding": "ERR_INVALID_CHUNKED_ENCODING",
        "http.request.range_not_satisfiable": "ERR_REQUEST_RANGE_NOT_SATISFIABLE",
        "http.response.headers.truncated": "ERR_RESPONSE_HEADERS_TRUNCATED",
        "http.response.headers.multiple_content_disposition": "ERR_RESPONSE_HEADERS_MULTIPLE_CONTENT_DISPOSITION",
        "http.response.headers.multiple_content_length": "ERR_RESPONSE_HEADERS_MULTIPLE_CONTENT_LENGTH",
    ]
}
