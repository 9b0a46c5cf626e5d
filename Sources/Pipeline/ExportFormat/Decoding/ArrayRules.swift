import Catalogue

/// Array columns.
struct ArrayRules {
    private let parser: TextParser
    private let literals = PythonLiteralParser()

    init(maxDepth: Int) { parser = TextParser(maxDepth: maxDepth, takesNaN: true) }

    /// A Python list. What Python treats as false is an empty list; else it is a list, or a string of JSON, of a Python
    /// literal or of PostgreSQL's array text, tried in that order.
    func pythonList(_ value: TapeValue, type: ColumnType, wanted: Bool) throws(ValueMismatch) -> Value {
        if JSONRules.isFalse(value) { return Self.empty(type) }
        if value.isArray { return try list(value, type: type, wanted: wanted) }
        guard value.isString else { throw .expected("a list", found: value) }
        if let tape = try json(value.bytes) { return try decoded(tape.root, type: type, wanted: wanted) }
        if let tape = literals.tape(of: value.bytes) { return try decoded(tape.root, type: type, wanted: wanted) }
        if type != .doubleArray, let items = PostgresArrayText.items(value.bytes) { return .textArray(items) }
        throw ValueMismatch("holds a string that is neither JSON nor a Python list nor a PostgreSQL array")
    }

    /// nil for a text that is not JSON.
    private func json(_ text: UnsafeBufferPointer<UInt8>) throws(ValueMismatch) -> Tape? {
        // JSON cannot begin like this, so the JSON parser is not tried: most lists are Python's.
        if text.count > 1, text[0] == UInt8(ascii: "["), text[1] == UInt8(ascii: "'") { return nil }
        do throws(TextFault) {
            return try parser.parse(text)
        } catch {
            if error.isRefusal { throw ValueMismatch("holds a string whose text \(error.problem)") }
            return nil
        }
    }

    private static func empty(_ type: ColumnType) -> Value {
        type == .doubleArray ? .doubleArray([]) : .textArray([])
    }

    private func decoded(_ value: TapeValue, type: ColumnType, wanted: Bool) throws(ValueMismatch) -> Value {
        // PostgreSQL writes an empty array as `{}`.
        if value.isObject, value.isEmptyContainer { return Self.empty(type) }
        guard value.isArray else { throw ValueMismatch("holds a string whose text is not a list") }
        return try list(value, type: type, wanted: wanted)
    }

    /// A JSON array inside a string, a list, or null.
    func jsonArray(_ value: TapeValue, type: ColumnType, wanted: Bool) throws(ValueMismatch) -> Value {
        if value.isNull { return .null }
        if value.isArray { return try list(value, type: type, wanted: wanted) }
        guard value.isString else { throw .expected("a list", found: value) }
        let root: TapeValue
        do throws(TextFault) {
            root = try parser.parse(value.bytes).root
        } catch {
            throw ValueMismatch("holds a string whose text \(error.problem)")
        }
        guard root.isArray else { throw ValueMismatch("holds a string whose text is not a list") }
        return try list(root, type: type, wanted: wanted)
    }

    private func list(_ list: TapeValue, type: ColumnType, wanted: Bool) throws(ValueMismatch) -> Value {
        if type == .doubleArray { return try rows(list) }
        guard wanted else { return .null }
        return .textArray(list.items.map { $0.isNull ? nil : PythonText.string($0) })
    }

    private func rows(_ list: TapeValue) throws(ValueMismatch) -> Value {
        var rows: [[Double]] = []
        for row in list.items {
            var numbers: [Double] = []
            if !JSONRules.isFalse(row) {
                guard row.isArray else { throw .expected("a list of numbers", found: row) }
                for number in row.items { numbers.append(try NumberRules.double(number)) }
            }
            rows.append(numbers)
        }
        return .doubleArray(rows)
    }
}

/// PostgreSQL's text form of a one-dimensional array without backslashes.
enum PostgresArrayText {
    /// nil if the text is not one.
    static func items(_ text: UnsafeBufferPointer<UInt8>) -> [String?]? {
        guard text.count >= 2, text.first == UInt8(ascii: "{"), text.last == UInt8(ascii: "}"),
            !text.contains(UInt8(ascii: "\\"))
        else { return nil }
        let inside = text[1..<text.count - 1]
        if inside.isEmpty { return [] }
        var items: [String?] = []
        var item: [UInt8] = []
        var wasQuoted = false
        var inQuotes = false
        for byte in inside {
            switch byte {
            case UInt8(ascii: "\""):
                inQuotes.toggle()
                wasQuoted = true
            case UInt8(ascii: ",") where !inQuotes:
                items.append(finished(item, wasQuoted))
                item = []
                wasQuoted = false
            case UInt8(ascii: "{"), UInt8(ascii: "}"): if inQuotes { item.append(byte) } else { return nil }
            default: item.append(byte)
            }
        }
        guard !inQuotes else { return nil }
        items.append(finished(item, wasQuoted))
        return items
    }

    private static func finished(_ item: [UInt8], _ wasQuoted: Bool) -> String? {
        let text = String(decoding: item, as: UTF8.self)
        return !wasQuoted && text.uppercased() == "NULL" ? nil : text
    }
}
