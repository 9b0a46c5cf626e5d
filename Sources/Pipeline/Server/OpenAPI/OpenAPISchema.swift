internal import Catalogue
internal import Reporting

/// What a value looks like.
indirect enum OpenAPISchema: Sendable {
    case text
    /// A file.
    case bytes
    case flag
    /// Nothing but true.
    case yes
    case whole
    case number(ClosedRange<Int>)
    case word([String])
    case pattern(String)
    case list(OpenAPISchema)
    /// With these members at least.
    case object([String: OpenAPISchema] = [:])
    /// With no other members.
    case closed([String: OpenAPISchema], required: [String])
    case named(String)
    case optional(OpenAPISchema)

    static let uuidPattern = "[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"
    static let scope = word(["users", "organizations", "config", "global"])

    /// Those that others refer to.
    static let named: [String: OpenAPISchema] = [
        "Problem": .object([
            "type": .text, "title": .text, "status": .whole, "detail": .text, "next": .optional(.text),
            "exitCode": .optional(.whole),
        ]),
        "Listed": .object(listed),
        "Status": .object(listed.merging(["renamed": .list(.object()), "earlierFindings": .list(.object())]) { $1 }),
    ]

    private static let listed: [String: OpenAPISchema] = [
        "uuid": .pattern("^\(uuidPattern)$"), "kind": .text, "scope": .text, "status": .text, "step": .text,
        "endedBy": .optional(.text), "failureReason": .optional(.text), "source": .text,
        "findings": .list(.object()), "warnings": .list(.text), "adapted": .object(), "dropped": .object(),
        "rows": .object([
            "source": .whole, "inserted": .whole, "existing": .whole, "overwritten": .whole, "dropped": .whole,
        ]),
        "chunks": .object(["total": .whole, "done": .whole]),
        "destination": .object(["name": .text, "url": .optional(.text)]),
        "renamedTotal": .whole, "worker": .optional(.text), "attempts": .whole, "trouble": .optional(.text),
        "next": .optional(.text), "leaseExpiresAt": .optional(.text), "nextAttemptAt": .optional(.text),
        "createdAt": .optional(.text), "startedAt": .optional(.text), "updatedAt": .optional(.text),
        "completedAt": .optional(.text),
    ]

    var value: JSONValue { .object(members) }

    private var members: [String: JSONValue] {
        switch self {
        case .text: ["type": .text("string")]
        // In OpenAPI 3.1 this says that any bytes do; a "format" or a "type" would exclude some.
        case .bytes: ["contentMediaType": .text("application/octet-stream")]
        case .flag: ["type": .text("boolean")]
        case .yes: ["const": .flag(true)]
        case .whole: ["type": .text("integer")]
        case .number(let limits):
            [
                "type": .text("integer"), "minimum": JSONValue(limits.lowerBound),
                "maximum": JSONValue(limits.upperBound),
            ]
        case .word(let words): ["type": .text("string"), "enum": .list(words.map(JSONValue.text))]
        case .pattern(let pattern): ["type": .text("string"), "pattern": .text(pattern)]
        case .list(let element): ["type": .text("array"), "items": element.value]
        case .object(let members): Self.object(members, required: members.keys.sorted(), isClosed: false)
        case .closed(let members, let required): Self.object(members, required: required, isClosed: true)
        case .named(let name): ["$ref": .text("#/components/schemas/\(name)")]
        case .optional(let schema): ["anyOf": .list([schema.value, .object(["type": .text("null")])])]
        }
    }

    private static func object(
        _ members: [String: OpenAPISchema], required: [String], isClosed: Bool
    ) -> [String: JSONValue] {
        var out: [String: JSONValue] = [
            "type": .text("object"), "properties": .object(members.mapValues(\.value)),
        ]
        if !required.isEmpty { out["required"] = .list(required.map(JSONValue.text)) }
        if isClosed { out["additionalProperties"] = .flag(false) }
        return out
    }
}
