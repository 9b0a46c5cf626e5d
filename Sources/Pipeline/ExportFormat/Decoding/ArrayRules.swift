import Catalogue

/// Array columns.
struct ArrayRules {
    private let parser: TextParser
    private let literals = PythonLiteralParser()

    init(maxDepth: Int) { parser = TextParser(maxDepth: maxDepth, takesNaN: true) }

    /// A Python list. What Python treats as false is an empty list; else it is what Python can iterate over (a list, or an
    /// object for its keys), or a string of JSON, of a Python literal or of PostgreSQL's array text, tried in that order.
    func pythonList(_ value: TapeValue, type: ColumnType, wanted: Bool) throws(ValueMismatch) -> Value {
        if JSONRules.isFalse(value) { return Self.empty(type) }
        guard value.isString else { return try iterated(value, .expected("a list", found: value), type, wanted) }
        let noList = ValueMismatch("holds a string whose text is not a list")
        if let tape = try json(value.bytes) { return try iterated(tape.root, noList, type, wanted) }
        if let tape = literals.tape(of: value.bytes) { return try iterated(tape.root, noList, type, wanted) }
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

    /// The items that Python's iteration gives: those of a list, the keys of an object, the characters of a string.
    private func iterated(
        _ value: TapeValue, _ fault: ValueMismatch, _ type: ColumnType, _ wanted: Bool
    ) throws(ValueMismatch) -> Value {
        if value.isArray { return try list(value, type: type, wanted: wanted) }
        guard value.isObject || value.isString else { throw fault }
        if type == .doubleArray {
            guard value.isString ? value.bytes.isEmpty : value.isEmptyContainer else { throw fault }
            return Self.empty(type)
        }
        if !wanted { return .null }
        if value.isString { return .textArray(value.text.unicodeScalars.map { String($0) }) }
        return .textArray(TapeEntries(value).entries.map { $0.key.text })
    }

    /// A list, null, or a string of JSON that Python can iterate over.
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
        return try iterated(root, ValueMismatch("holds a string whose text is not a list"), type, wanted)
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

/// PostgreSQL's text form of an array without backslashes, as the reference reads it: cut at each comma. Quotes stay, and
/// `NULL` is a text.
enum PostgresArrayText {
    /// nil if the text is not one.
    static func items(_ text: UnsafeBufferPointer<UInt8>) -> [String?]? {
        guard text.count >= 2, text.first == UInt8(ascii: "{"), text.last == UInt8(ascii: "}"),
            !text.contains(UInt8(ascii: "\\"))
        else { return nil }
        return text[1..<text.count - 1].split(separator: UInt8(ascii: ","), omittingEmptySubsequences: false)
            .map { String(decoding: $0, as: UTF8.self) }
    }
}
