package import ExportFormat

/// What describes an event in lists: computed from its body by its type.
package enum EventMetadata {
    private static let securityTypes: Set<String> = ["hpkp", "expectct", "expectstaple"]

    /// The type of an event, which decides how it is saved.
    package static func type(of body: FieldValue) -> String { body["type"].nonEmptyText ?? "default" }

    /// What the body alone gives; a title of the body's own comes first.
    package static func computed(_ body: FieldValue) -> [FieldValue.Member] {
        var out = extracted(body)
        if let title = body["title"].text { out.set("title", .text(title)) }
        return out
    }

    /// The computed entries, then those that the body brings, which win.
    package static func merged(_ body: FieldValue) -> [FieldValue.Member] {
        var out = computed(body)
        for member in body["metadata"].members { out.set(member.key, member.value) }
        return out
    }

    private static func extracted(_ body: FieldValue) -> [FieldValue.Member] {
        switch type(of: body) {
        case "error": errorMetadata(body)
        case "transaction": transactionMetadata(body)
        case "csp": cspMetadata(body)
        case let type where securityTypes.contains(type):
            [.init("origin", body.at(type, "hostname")), .init("message", .text(message(body)))]
        case "nel": [.init("title", .text(messageTitle(body))), .init("uri", body.at("request", "url"))]
        case "feedback": feedbackMetadata(body)
        case "generic": []
        default: [.init("title", .text(messageTitle(body)))]
        }
    }

    // MARK: - Types

    private static func errorMetadata(_ body: FieldValue) -> [FieldValue.Member] {
        guard let exception = body.at("exception", "values").items.last(where: { !$0.isNull }) else { return [] }
        var out = [FieldValue.Member("value", .text(trimmed(exception["value"], 1024)))]
        if !exception.at("mechanism", "synthetic").isTruthy {
            let type = exception["type"].isNull ? FieldValue.text("Error") : exception["type"]
            out.append(.init("type", .text(trimmed(type, 128))))
        }
        if let frame = StackFrames.crashFrame(body) {
            if let file = frame["filename"].nonEmptyText ?? frame["abs_path"].nonEmptyText {
                out.append(.init("filename", .text(file)))
            }
            if let function = StackFrames.functionName(frame, platform: body["platform"].text) {
                out.append(.init("function", .text(function)))
            }
        }
        return out
    }

    private static func trimmed(_ value: FieldValue, _ count: Int) -> String {
        value.isNull ? "" : EventLimits.truncated(value.pythonText, count)
    }

    private static func transactionMetadata(_ body: FieldValue) -> [FieldValue.Member] {
        let description = body.at("contexts", "trace", "description")
        return [
            .init("title", description.isTruthy ? description : body["transaction"]),
            .init("location", body["transaction"]),
        ]
    }

    private static func cspMetadata(_ body: FieldValue) -> [FieldValue.Member] {
        [
            .init("uri", .text(CSPSource.normalized(body.at("csp", "blocked_uri").text ?? ""))),
            .init("directive", body.at("csp", "effective_directive")),
            .init("message", .text(message(body))),
        ]
    }

    private static func feedbackMetadata(_ body: FieldValue) -> [FieldValue.Member] {
        let feedback = body.at("contexts", "feedback")
        var out = ["contact_email", "message", "name"].map { FieldValue.Member($0, feedback[$0]) }
        for key in ["source", "associated_event_id"] where !feedback[key].isNull {
            out.append(.init(key, feedback[key]))
        }
        return out
    }

    /// The text of the log entry.
    package static func message(_ body: FieldValue) -> String {
        body.at("logentry", "formatted").nonEmptyText ?? body.at("logentry", "message").nonEmptyText ?? ""
    }

    private static func messageTitle(_ body: FieldValue) -> String {
        let text = PythonString.stripped(message(body))
        return text.isEmpty ? "<unlabeled event>" : EventLimits.truncated(EventLimits.firstLine(text), 100)
    }

    // MARK: - Title and place

    package static func title(_ metadata: FieldValue, type: String) -> String {
        if let title = metadata["title"].text { return title }
        let title: String? =
            switch type {
            case "error": errorTitle(metadata)
            case "csp", "hpkp", "expectct", "expectstaple": metadata["message"].nonEmptyText
            default: nil
            }
        return title ?? "<untitled>"
    }

    private static func errorTitle(_ metadata: FieldValue) -> String {
        guard let type = metadata["type"].text else { return metadata["function"].nonEmptyText ?? "<unknown>" }
        guard let value = metadata["value"].nonEmptyText else { return type }
        return type + ": " + EventLimits.truncated(EventLimits.firstLine(value), 100)
    }

    package static func location(_ metadata: FieldValue, type: String) -> FieldValue {
        switch type {
        case "error": metadata["filename"]
        case "csp": metadata["uri"]
        case "hpkp", "expectct", "expectstaple": metadata["origin"]
        case "transaction": metadata["location"]
        default: .null
        }
    }

    // MARK: - Search message

    /// Entries that nobody searches for.
    private static let internalKeys: Set<String> = [
        "in_app_frame_mix", "display_title_with_tree_label", "current_tree_label", "severity", "severity_reason",
    ]

    /// All texts that a search of events looks at.
    package static func searchMessage(_ body: FieldValue, metadata: [FieldValue.Member], culprit: String) -> String {
        var message = message(body)
        for member in metadata where !internalKeys.contains(member.key) {
            guard let text = member.value.text, !PythonString.contains(message, text) else { continue }
            message += " " + text
        }
        if !culprit.isEmpty, !PythonString.contains(message, culprit) { message += " " + culprit }
        return EventLimits.truncated(PythonString.stripped(message), 8192)
    }
}

/// Lengths of texts, counted in characters as Python does.
package enum EventLimits {
    package static let culprit = 200
    package static let tagValue = 200

    /// A longer text ends in three full stops.
    package static func truncated(_ text: String, _ count: Int) -> String {
        guard text.utf8.count > count, PythonString.length(text) > count else { return text }
        return PythonString.prefix(text, count - 3) + "..."
    }

    package static func firstLine(_ text: String) -> String {
        String(String.UnicodeScalarView(text.unicodeScalars.prefix { !isLineEnd($0) }))
    }

    private static func isLineEnd(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0x0A...0x0D, 0x1C...0x1E, 0x85, 0x2028, 0x2029: true
        default: false
        }
    }
}

extension [FieldValue.Member] {
    /// Sets a key's value at its place, or at the end if it is new.
    package mutating func set(_ key: String, _ value: FieldValue) {
        if let place = firstIndex(where: { $0.key == key }) {
            self[place].value = value
        } else {
            append(.init(key, value))
        }
    }
}

/// Where a blocked resource of a content security policy came from.
enum CSPSource {
    private static let local = "'self'"

    static func normalized(_ uri: String) -> String {
        if uri.isEmpty || uri == local || uri == "self" { return local }
        guard uri.contains(":") else { return uri + "://" }
        guard let url = SplitURL(uri) else { return uri }
        return url.scheme == "http" || url.scheme == "https" ? url.host : "\(url.scheme)://\(url.host)"
    }
}
