import Catalogue
import TextForms

/// Writes columns' values by the rules of the export format: the inverse of ``FieldDecoder``. One instance serves one
/// thread.
struct FieldEncoder {
    private let texts: StoredValueReader

    /// - Parameter maxDepth: levels that an element of an export may have; two of them stand around a value.
    init(maxDepth: Int) { texts = StoredValueReader(maxDepth: maxDepth - 2) }

    /// - Parameter level: that of the line on which the value begins.
    func encode(
        _ value: Value, _ rule: EncodingRule, level: Int, to out: inout JSONOutput
    ) throws(ValueMismatch) {
        switch value {
        case .null: appendNull(rule, to: &out)
        case .integer(let number) where rule.encoding == .int: out.append(number)
        case .integer(let number) where rule.encoding == .flags: append(flags: number, rule.mask, to: &out)
        case .bool(let flag) where rule.encoding == .bool: out.append(flag)
        case .timestamp(let time) where rule.encoding == .datetime: try append(time: time, to: &out)
        case .double(let number) where rule.encoding == .float: try out.append(number)
        case .text(let text): try append(text, rule, level, to: &out)
        case .textArray(let items) where rule.encoding == .pythonList: out.append(string: Self.pythonList(items))
        case .textArray(let items) where rule.encoding == .jsonArray: out.append(string: Self.jsonList(items))
        case .doubleArray(let rows) where rule.encoding == .pythonList: out.append(string: try Self.pythonList(rows))
        case .bool, .integer, .double, .timestamp, .textArray, .doubleArray: throw Self.otherType
        }
    }

    private static let otherType = ValueMismatch("holds a value of another type")

    private func append(
        _ text: String, _ rule: EncodingRule, _ level: Int, to out: inout JSONOutput
    ) throws(ValueMismatch) {
        switch rule.encoding {
        case .string, .uuid: out.append(string: text)
        case .nestedJSON: try append(nested: text, rule, level, to: &out)
        case .pickled: try append(pickled: text, rule, to: &out)
        case .jsonText: try append(object: text, to: &out)
        case .int, .float, .bool, .datetime, .flags, .pythonList, .jsonArray: throw Self.otherType
        }
    }

    /// Bit flags and lists know no null.
    private func appendNull(_ rule: EncodingRule, to out: inout JSONOutput) {
        switch rule.encoding {
        case .flags: out.append("\"0\"")
        case .pythonList: out.append("\"[]\"")
        case .string where rule.fillsGUID:
            out.append(string: FreshValues.uuid4().filter { $0 != "-" })
        case .int, .float, .bool, .string, .datetime, .uuid, .nestedJSON, .pickled, .jsonText, .jsonArray:
            out.append("null")
        }
    }

    /// Digits beyond milliseconds are cut off.
    private func append(time: Int64, to out: inout JSONOutput) throws(ValueMismatch) {
        guard TimestampText.range.contains(time) else {
            throw ValueMismatch("holds a time outside the years 1 to 9999")
        }
        out.append(CivilTime(microseconds: time))
    }

    /// A negative number is reduced to the defined bits.
    private func append(flags: Int64, _ mask: Int64, to out: inout JSONOutput) {
        out.append(UInt8(ascii: "\""))
        out.append(flags < 0 ? flags & mask : flags)
        out.append(UInt8(ascii: "\""))
    }

    // MARK: - JSON

    private func append(
        nested text: String, _ rule: EncodingRule, _ level: Int, to out: inout JSONOutput
    ) throws(ValueMismatch) {
        if text.isEmpty, rule.isNullable { return out.append("null") }
        try Array(text.utf8).withBytes { bytes throws(ValueMismatch) in
            try out.append(try texts.nested(bytes), level: level)
        }
    }

    private func append(pickled text: String, _ rule: EncodingRule, to out: inout JSONOutput) throws(ValueMismatch) {
        try Array(text.utf8).withBytes { bytes throws(ValueMismatch) in
            guard let value = try texts.pickled(bytes) else { return out.append(string: JSONText.quoted(text)) }
            if rule.holdsDevices { try DeviceBindings.check(value) }
            if value.isString || value.isArray || value.isObject {
                out.append(string: StoredJSON.text(value))
            } else {
                try out.append(scalar: value)
            }
        }
    }

    private func append(object text: String, to out: inout JSONOutput) throws(ValueMismatch) {
        try Array(text.utf8).withBytes { bytes throws(ValueMismatch) in
            out.append(string: try texts.json(bytes).map { StoredJSON.text($0) } ?? "{}")
        }
    }

    // MARK: - Lists

    private static func pythonList(_ items: [String?]) -> String {
        var text = "["
        for (place, item) in items.enumerated() {
            if place > 0 { text += PythonText.itemSeparator }
            guard var item else {
                text += PythonText.nullWord
                continue
            }
            item.withUTF8 { PythonText.appendString($0, to: &text) }
        }
        return text + "]"
    }

    private static func pythonList(_ rows: [[Double]]) throws(ValueMismatch) -> String {
        var lists: [String] = []
        for row in rows {
            // The list would be a text that nobody can read again.
            guard row.allSatisfy(\.isFinite) else {
                throw ValueMismatch("holds a number that JSON cannot write: NaN or infinity")
            }
            lists.append("[" + row.map(PythonText.double).joined(separator: PythonText.itemSeparator) + "]")
        }
        return "[" + lists.joined(separator: PythonText.itemSeparator) + "]"
    }

    private static func jsonList(_ items: [String?]) -> String {
        "[" + items.map { $0.map(JSONText.quoted) ?? "null" }.joined(separator: ", ") + "]"
    }
}
