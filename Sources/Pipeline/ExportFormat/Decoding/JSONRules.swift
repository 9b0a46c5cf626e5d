import Catalogue
import Glibc

/// Columns of JSON text. Texts inside strings are read as the reference reads them: `NaN` and `Infinity` are accepted,
/// and stored as `null`; half a surrogate pair is stored as its escape.
struct JSONRules {
    private let parser: TextParser
    private let scratch: ScratchParser
    private let pickles: PickleReader
    private let maxDepth: Int

    init(maxDepth: Int) {
        self.maxDepth = maxDepth
        pickles = PickleReader(maxDepth: maxDepth)
        parser = TextParser(maxDepth: maxDepth, takesNaN: true, takesHalves: true)
        scratch = ScratchParser(maxDepth: maxDepth)
    }

    /// Nested JSON: the value as it is, or a string. The reference decodes a string once when it reads it, and, if the
    /// result is a string again, once more when it assigns it.
    func nested(_ value: TapeValue, isNullable: Bool, wanted: Bool) throws(ValueMismatch) -> Value {
        guard value.isString else { return stored(value, wanted: wanted) }
        var text = value.bytes.isEmpty ? [] : Array(value.bytes)
        for isLast in [false, true] {
            if text.isEmpty, isNullable { return .null }
            switch try decode(text, isLast: isLast, wanted: wanted) {
            case .value(let value): return value
            case .string(let inner): text = inner
            }
        }
        return .null
    }

    private enum Decoded {
        case value(Value)
        case string([UInt8])
    }

    private func decode(_ text: [UInt8], isLast: Bool, wanted: Bool) throws(ValueMismatch) -> Decoded {
        do throws(TextFault) {
            let root = try text.withBytes { bytes throws(TextFault) in try parser.parse(bytes) }.root
            if root.isString, !isLast { return .string(Array(root.bytes)) }
            return .value(stored(root, wanted: wanted))
        } catch {
            throw ValueMismatch("holds a string whose text \(error.problem)")
        }
    }

    /// Null is SQL's null.
    private func stored(_ value: TapeValue, wanted: Bool) -> Value {
        value.isNull || !wanted ? .null : .text(StoredJSON.text(value))
    }

    /// Pickled: JSON text inside a string, or base64 of a pickle of plain values; any other string is stored as that
    /// string; everything else as it is.
    func pickled(_ value: TapeValue, wanted: Bool) throws(ValueMismatch) -> Value {
        guard wanted || value.isString && mayBeTooDeep(value.bytes) else { return .null }
        guard value.isString else { return .text(StoredJSON.text(value)) }
        do throws(TextFault) {
            return .text(StoredJSON.text(try parser.parse(value.bytes).root))
        } catch {
            if error.isRefusal { throw ValueMismatch("holds a string whose text \(error.problem)") }
            if case .value(let tape) = pickles.read(base64: value.bytes) { return .text(StoredJSON.text(tape.root)) }
            return .text(JSONText.quoted(value.text))
        }
    }

    /// Whether a pickled value is a pickle that is kept as text, because it holds more than plain values.
    func keepsPickle(_ value: TapeValue) -> Bool {
        guard value.isString, PickleReader.mayHold(value.bytes) else { return false }
        // A text that is JSON is no pickle; what is wrong with any other does not matter.
        if (try? parser.parse(value.bytes)) != nil { return false }
        if case .refused = pickles.read(base64: value.bytes) { return true }
        return false
    }

    /// Whether a string where an object belongs is replaced because it is not JSON.
    func losesText(_ value: TapeValue) -> Bool {
        guard value.isString, !value.bytes.isEmpty else { return false }
        // Nearly every text is an object that simdjson reads.
        if let root = scratch.parse(value.bytes)?.root, !root.isString { return false }
        // Other faults of the text are refused before.
        guard let root = try? json(value.bytes)?.root else { return true }
        guard root.isString, !root.bytes.isEmpty else { return false }
        return (try? Array(root.bytes).withBytes { bytes throws(ValueMismatch) in try json(bytes) }) == nil
    }

    /// Notes numbers of a JSON text that are not finite: JSON itself has none.
    func note(_ value: TapeValue, in notes: inout RowNotes) {
        guard value.isString, Self.mayHoldNonFinite(value.bytes) else { return }
        // A text that cannot be read has no numbers.
        guard let root = try? parser.parse(value.bytes).root else { return }
        if root.holdsNonFinite { notes.insert(.losesNumber) }
    }

    /// Whether a text has one of the words `NaN` and `Infinity`.
    private static func mayHoldNonFinite(_ text: UnsafeBufferPointer<UInt8>) -> Bool {
        holds(text, "NaN") || holds(text, "Infinity")
    }

    private static func holds(_ text: UnsafeBufferPointer<UInt8>, _ word: StaticString) -> Bool {
        guard var rest = UnsafeRawPointer(text.baseAddress) else { return false }
        let end = rest + text.count
        while let place = UnsafeRawPointer(memchr(rest, Int32(word.utf8Start.pointee), end - rest)) {
            guard end - place >= word.utf8CodeUnitCount else { return false }
            if memcmp(place, word.utf8Start, word.utf8CodeUnitCount) == 0 { return true }
            rest = place + 1
        }
        return false
    }

    /// An object as JSON text inside a string. The reference decodes a string once when it reads it, and, if the result
    /// is a string again, once more when it assigns it. What Python treats as false, and a string that is not JSON,
    /// becomes an empty object.
    func object(_ value: TapeValue, wanted: Bool) throws(ValueMismatch) -> Value {
        guard wanted || value.isString && mayBeTooDeep(value.bytes) else { return .null }
        if Self.isFalse(value) { return .text("{}") }
        guard value.isString else { return .text(StoredJSON.text(value)) }
        guard let root = try json(value.bytes)?.root, !Self.isFalse(root) else { return .text("{}") }
        guard root.isString else { return .text(StoredJSON.text(root)) }
        let inner = Array(root.bytes)
        let last = try inner.withBytes { bytes throws(ValueMismatch) in try json(bytes) }?.root
        return .text(last.map { StoredJSON.text($0) } ?? "{}")
    }

    /// nil for a text that is not JSON; valid until the next call.
    private func json(_ text: UnsafeBufferPointer<UInt8>) throws(ValueMismatch) -> Tape? {
        do throws(TextFault) {
            return try parser.parse(text)
        } catch {
            if error.isRefusal { throw ValueMismatch("holds a string whose text \(error.problem)") }
            return nil
        }
    }

    /// Whether Python treats the value as false.
    static func isFalse(_ value: TapeValue) -> Bool {
        switch value.type {
        case TapeType.null, TapeType.no: true
        case TapeType.string: value.bytes.isEmpty
        case TapeType.integer: value.int64 == 0
        case TapeType.double: value.double == 0
        case TapeType.object, TapeType.array: value.isEmptyContainer
        default: false
        }
    }

    /// Whether a text has enough opening brackets to be nested too deep. Any other text can be stored, whether it is JSON
    /// or not.
    private func mayBeTooDeep(_ text: UnsafeBufferPointer<UInt8>) -> Bool {
        text.count > maxDepth && text.count { $0 | 0x20 == 0x7B } > maxDepth
    }
}
