package import ExportFormat

/// The form that saving gives a body: reading its parts fills in the keys that they lack. A body that was stored once has
/// them.
package enum BodyForm {
    private static let spanKeys = [
        "trace_id", "parent_span_id", "span_id", "start_timestamp", "timestamp", "same_process_as_parent", "op",
        "description", "data", "tags",
    ]
    private static let frameKeys = [
        "abs_path", "addr_mode", "colno", "context_line", "data", "errors", "filename", "function", "image_addr",
        "instruction_addr", "lineno", "lock", "module", "package", "platform", "post_context", "pre_context",
        "raw_function", "snapshot", "source_link", "symbol", "symbol_addr", "trust", "vars",
    ]
    private static let mechanismKeys = [
        "type", "data", "description", "exception_id", "handled", "help_link", "is_exception_group", "meta",
        "parent_id", "source", "synthetic",
    ]
    private static let requestKeys = [
        "api_target", "cookies", "data", "env", "fragment", "headers", "inferred_content_type", "method", "url",
    ]
    private static let cspKeys = ["document_uri", "violated_directive", "blocked_uri", "effective_directive"]

    package static func complete(_ body: inout FieldValue) {
        body.update("spans") { $0.updateItems { $0.fill(spanKeys) } }
        body.update("exception") { $0.update("values") { $0.updateItems(completeException) } }
        body.update("threads") { $0.update("values") { $0.updateItems(completeStacks) } }
        body.update("stacktrace", completeStack)
        body.update("request", completeRequest)
        body.update("logentry") { $0.fill(["message", "params"]) }
        body.update("sdk") { $0.fill(["integrations", "packages"]) }
        body.update("csp") { $0.fill(cspKeys) }
    }

    private static func completeException(_ exception: inout FieldValue) {
        completeStacks(&exception)
        exception.update("mechanism") { if $0.isTruthy { $0.fill(mechanismKeys) } }
    }

    private static func completeStacks(_ value: inout FieldValue) {
        value.update("stacktrace", completeStack)
        value.update("raw_stacktrace", completeStack)
    }

    private static func completeStack(_ stack: inout FieldValue) {
        stack.update("frames") { $0.updateItems { $0.fill(frameKeys) } }
    }

    private static func completeRequest(_ request: inout FieldValue) {
        guard request.isTruthy else { return }
        request.fill(requestKeys)
        if request["query_string"].isNull { request["query_string"] = .list([]) }
    }
}
