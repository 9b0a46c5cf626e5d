package import ExportFormat
import TextForms

/// An event's tags, and where they come from.
package enum EventTags {
    /// Sets a tag: an earlier one of the key goes, the new one comes to the end. null only removes.
    package static func set(_ key: String, _ value: FieldValue, in tags: inout [FieldValue]) {
        tags.removeAll { $0.items.first?.text == key }
        guard !value.isNull else { return }
        tags.append(.list([.text(key), .text(EventLimits.truncated(value.pythonText, EventLimits.tagValue))]))
    }

    package static func value(_ key: String, in tags: [FieldValue]) -> String? {
        tags.first { $0.items.first?.text == key && $0.items.count > 1 }?.items[1].text
    }

    // MARK: - User

    /// The value of the tag `sentry:user`: the first that the user has of id, name, address and IP address.
    package static func userTag(_ user: FieldValue) -> String? {
        for (key, name) in [("id", "id"), ("username", "username"), ("email", "email")] where user[key].isTruthy {
            return "\(name):\(user[key].pythonText)"
        }
        guard let address = user["ip_address"].nonEmptyText, IPAddress.isValid(address) else { return nil }
        return "ip:\(address)"
    }

    // MARK: - Interfaces

    /// The tags that the body's parts give, the part with the highest score first.
    package static func interfaceTags(_ body: FieldValue) -> [(part: String, key: String, value: String)] {
        exceptionTags(body) + contextTags(body["contexts"])
    }

    private static func exceptionTags(_ body: FieldValue) -> [(part: String, key: String, value: String)] {
        guard let mechanism = body.at("exception", "values").items.last?["mechanism"], mechanism.isTruthy else {
            return []
        }
        var out: [(part: String, key: String, value: String)] = []
        if let type = mechanism["type"].text { out.append(("exception", "mechanism", type)) }
        if !mechanism["handled"].isNull {
            out.append(("exception", "handled", mechanism["handled"].isTruthy ? "yes" : "no"))
        }
        return out
    }

    /// A tag of a type of context: its name after the context's own, and the entries that make its value.
    private typealias IndexedField = (suffix: String, entries: [String])

    private static let indexedFields: [String: [IndexedField]] = [
        "app": [("device", ["device_app_hash"])],
        "device": [("", ["model"]), ("family", ["family"])],
        "runtime": [("", ["name", "version"]), ("name", ["name"])],
        "browser": [("", ["name", "version"]), ("name", ["name"])],
        "os": [("", ["name", "version"]), ("name", ["name"]), ("rooted", ["rooted"])],
        "gpu": [("name", ["name"]), ("vendor", ["vendor_name"])],
        "monitor": [("id", ["id"]), ("slug", ["slug"])],
    ]

    private static func contextTags(_ contexts: FieldValue) -> [(part: String, key: String, value: String)] {
        contexts.members.flatMap { alias -> [(part: String, key: String, value: String)] in
            let type = alias.value["type"].text ?? alias.key
            return (indexedFields[type] ?? []).compactMap { field in
                guard let value = value(field.entries, of: alias.value) else { return nil }
                return ("contexts", field.suffix.isEmpty ? alias.key : "\(alias.key).\(field.suffix)", value)
            }
        }
    }

    /// nil if the context lacks one of the entries.
    private static func value(_ entries: [String], of context: FieldValue) -> String? {
        var parts: [String] = []
        for entry in entries {
            switch context[entry] {
            case .null, .text(""): return nil
            case .bool(let flag): parts.append(flag ? "yes" : "no")
            case let value: parts.append(value.pythonText)
            }
        }
        let text = PythonString.stripped(parts.joined(separator: " "))
        return text.isEmpty ? nil : text
    }

    // MARK: - Plugins

    /// The address of the request: what the tag `url` holds.
    package static func requestURL(_ body: FieldValue) -> String? { body.at("request", "url").nonEmptyText }
}
