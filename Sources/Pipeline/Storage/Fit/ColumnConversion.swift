internal import Catalogue
internal import Foundation
internal import TextForms

/// How the values of a column are stored in a column of another type. Each value of the one type has a form in the other: no
/// row is refused for its type.
struct ColumnConversion: Sendable {
    let from: ColumnType
    let to: ColumnType
    /// Whether texts hold JSON.
    let isJSON: Bool

    /// Nil if some values would have no form.
    init?(_ column: Column, to: ColumnType) {
        from = column.type
        self.to = to
        isJSON =
            switch column.encoding {
            case .nestedJSON, .pickled, .jsonText: true
            case .int, .float, .bool, .string, .datetime, .uuid, .flags, .pythonList, .jsonArray: column.type.isJSON
            }
        guard Self.isTotal(from, to) else { return nil }
    }

    private static func isTotal(_ from: ColumnType, _ to: ColumnType) -> Bool {
        switch (from, to) {
        case (_, .text), (_, .varchar(nil)), (_, .json), (_, .jsonb), (.text, .citext), (.varchar, .citext),
            (.citext, .citext), (.boolean, .smallint), (.boolean, .integer), (.boolean, .bigint),
            (.smallint, .integer), (.smallint, .bigint), (.integer, .bigint), (.smallint, .double),
            (.integer, .double), (.timestamptz, .timestamp), (.timestamp, .timestamptz):
            true
        default: false
        }
    }

    /// A value as the destination stores it.
    func stored(_ value: Value) -> Value {
        switch (value, to) {
        case (.text(let text), .json), (.text(let text), .jsonb):
            return .text(isJSON && Self.isJSON(text) ? text : JSONText.quoted(text))
        case (.bool(let flag), .smallint), (.bool(let flag), .integer), (.bool(let flag), .bigint):
            return .integer(flag ? 1 : 0)
        case (.integer(let number), .double): return .double(Double(number))
        case (.timestamp, .timestamp), (.timestamp, .timestamptz), (.text, _), (.integer, .integer),
            (.integer, .bigint):
            return value
        case (.timestamp(let time), .json), (.timestamp(let time), .jsonb):
            return .text("\"\(TimestampText.text(time, withZone: true))\"")
        default: return .text(Self.text(value))
        }
    }

    /// Also JSON.
    private static func text(_ value: Value) -> String {
        switch value {
        case .null: "null"
        case .bool(let flag): flag ? "true" : "false"
        case .integer(let number): String(number)
        case .double(let number): "\(number)"
        case .text(let text): text
        case .timestamp(let time): TimestampText.text(time, withZone: true)
        case .textArray(let items): ArrayText.json(items)
        case .doubleArray(let rows): ArrayText.json(rows)
        }
    }

    /// A value as the catalogue has it; nil if the destination holds one that has no such form.
    func read(_ value: Value) -> Value? {
        switch (value, from) {
        case (.integer(let number), .boolean): return .bool(number != 0)
        case (.double(let number), .smallint), (.double(let number), .integer):
            return Int64(exactly: number).map { .integer($0) }
        case (.timestamp, _), (.integer, _): return value
        case (.text(let text), _): return read(text)
        default: return nil
        }
    }

    private func read(_ text: String) -> Value? {
        switch from {
        case .varchar, .text, .citext: isJSON || !to.isJSON ? .text(text) : Self.unquoted(text).map { .text($0) }
        case .uuid, .inet: .text(to.isJSON ? Self.unquoted(text) ?? text : text)
        case .json, .jsonb: .text(text)
        case .smallint, .integer, .bigint: Int64(text).map { .integer($0) }
        case .boolean: text == "true" ? .bool(true) : text == "false" ? .bool(false) : nil
        case .double: Double(text).map { .double($0) }
        case .timestamptz, .timestamp:
            TimestampText.microseconds(to.isJSON ? Self.unquoted(text) ?? text : text).map { .timestamp($0) }
        case .textArray: ArrayText.texts(text).map { .textArray($0) }
        case .doubleArray: ArrayText.doubles(text).map { .doubleArray($0) }
        }
    }

    private static func isJSON(_ text: String) -> Bool {
        (try? JSONSerialization.jsonObject(with: Data(text.utf8), options: .fragmentsAllowed)) != nil
    }

    private static func unquoted(_ json: String) -> String? {
        (try? JSONSerialization.jsonObject(with: Data(json.utf8), options: .fragmentsAllowed)) as? String
    }
}

extension ColumnType {
    var isJSON: Bool { self == .json || self == .jsonb }

    /// Reads a type as a database shows it; nil for one that no catalogue has.
    init?(live text: String) {
        switch text {
        case "timestamp with time zone": self = .timestamptz
        case "timestamp without time zone": self = .timestamp
        case "double precision": self = .double
        case "character varying": self = .varchar(nil)
        case TypeFit.numbered: self = .bigint
        default:
            let isVarying = text.hasPrefix("character varying(")
            let isArray = text.hasSuffix("[]")
            let element = isArray ? String(text.dropLast(2)) : text
            if isArray, element == "text" || element.hasPrefix("character varying") {
                self = .textArray
            } else if isArray, element == "double precision" {
                self = .doubleArray
            } else if isVarying, let length = Int(text.dropFirst(18).dropLast()) {
                self = .varchar(length)
            } else if let type = Self.plain[text] {
                self = type
            } else {
                return nil
            }
        }
    }

    private static let plain: [String: ColumnType] = [
        "smallint": .smallint, "integer": .integer, "bigint": .bigint, "boolean": .boolean, "text": .text,
        "citext": .citext, "inet": .inet, "uuid": .uuid, "json": .json, "jsonb": .jsonb,
    ]
}
