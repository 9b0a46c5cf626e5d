internal import FoundationEssentials

/// Any JSON value.
package enum JSONValue: Sendable, Equatable, Codable {
    case null
    case flag(Bool)
    case integer(Int64)
    case number(Double)
    case text(String)
    case list([JSONValue])
    case object([String: JSONValue])

    /// Reads JSON text; nil if it is not valid.
    package init?(json: String) {
        // The caller shows text that is not JSON as a string.
        guard let value = try? JSONDecoder().decode(JSONValue.self, from: Data(json.utf8)) else { return nil }
        self = value
    }

    package init(from decoder: any Decoder) throws {
        if let members = try? decoder.container(keyedBy: JSONKey.self) {
            self = .object(try Self.members(members))
            return
        }
        if var elements = try? decoder.unkeyedContainer() {
            var list: [JSONValue] = []
            while !elements.isAtEnd { list.append(try elements.decode(JSONValue.self)) }
            self = .list(list)
            return
        }
        self = try Self.scalar(try decoder.singleValueContainer())
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        switch self {
        case .null: try container.encodeNil()
        case .flag(let flag): try container.encode(flag)
        case .integer(let number): try container.encode(number)
        case .number(let number): try container.encode(number)
        case .text(let text): try container.encode(text)
        case .list(let elements): try container.encode(elements)
        case .object(let members): try container.encode(members)
        }
    }

    /// Indented, keys sorted, ASCII only: nothing in it can change a terminal. Without a final line end.
    package var prettyText: String {
        self == .list([]) ? "[]" : text([.prettyPrinted, .sortedKeys, .withoutEscapingSlashes])
    }

    /// The same in one line.
    package var lineText: String { text([.sortedKeys, .withoutEscapingSlashes]) }

    private func text(_ formatting: JSONEncoder.OutputFormatting) -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = formatting
        // Only numbers that are not finite cannot be encoded; no JSON text has any.
        return (try? encoder.encode(self)).map { Self.ascii(String(decoding: $0, as: UTF8.self)) } ?? "null"
    }

    /// Outside of strings JSON is ASCII already.
    private static func ascii(_ json: String) -> String {
        var out = ""
        for unit in json.utf16 {
            if unit < 0x7F {
                out.unicodeScalars.append(Unicode.Scalar(UInt8(unit)))
            } else {
                let hex = String(unit, radix: 16)
                out += "\\u" + String(repeating: "0", count: 4 - hex.count) + hex
            }
        }
        return out
    }

    private static func members(_ container: KeyedDecodingContainer<JSONKey>) throws -> [String: JSONValue] {
        var out: [String: JSONValue] = [:]
        for key in container.allKeys { out[key.stringValue] = try container.decode(JSONValue.self, forKey: key) }
        return out
    }

    private static func scalar(_ container: any SingleValueDecodingContainer) throws -> JSONValue {
        if container.decodeNil() { return .null }
        if let flag = try? container.decode(Bool.self) { return .flag(flag) }
        if let number = try? container.decode(Int64.self) { return .integer(number) }
        if let number = try? container.decode(Double.self) { return .number(number) }
        return .text(try container.decode(String.self))
    }
}

/// Any name of a member.
private struct JSONKey: CodingKey {
    let stringValue: String
    var intValue: Int? { nil }

    init(stringValue: String) { self.stringValue = stringValue }
    init?(intValue: Int) { nil }
}

extension JSONValue {
    package var wholeNumber: Int64? { if case .integer(let number) = self { number } else { nil } }

    package init(_ number: Int) { self = .integer(Int64(number)) }

    /// Null for the empty text, with which the queue says "none".
    package init(nonEmpty text: String) { self = text.isEmpty ? .null : .text(text) }

    /// Milliseconds since 1970 as text; null for 0, with which the queue says "never".
    package init(time milliseconds: Int64) { self = Timestamp.optional(milliseconds).map(JSONValue.text) ?? .null }

    /// JSON inside JSON: as it is, or as a string if it is not valid JSON. Null for the empty text.
    package init(embedding json: String) { self = JSONValue(json: json) ?? JSONValue(nonEmpty: json) }
}
