internal import Catalogue

/// Array columns as JSON text: `["a",null]`, `[[1.0,2.5],[3.0,4.0]]`.
enum ArrayText {
    static func json(_ array: [String?]) -> String {
        var out = "["
        for (index, element) in array.enumerated() {
            if index > 0 { out += "," }
            out += element.map(JSONText.quoted) ?? "null"
        }
        return out + "]"
    }

    static func json(_ rows: [[Double]]) -> String {
        "[" + rows.map { "[" + $0.map { "\($0)" }.joined(separator: ",") + "]" }.joined(separator: ",") + "]"
    }

    static func texts(_ json: String) -> [String?]? {
        var reader = ArrayReader(json)
        guard let array = reader.array({ reader in reader.textOrNull() }), reader.isAtEnd else { return nil }
        return array
    }

    static func doubles(_ json: String) -> [[Double]]? {
        var reader = ArrayReader(json)
        guard let rows = reader.array({ reader in reader.array { reader in reader.number() } }), reader.isAtEnd else {
            return nil
        }
        return rows
    }
}

/// Reads JSON arrays of strings, nulls and numbers.
private struct ArrayReader {
    private let bytes: [UInt8]
    private var position = 0

    init(_ text: String) { bytes = Array(text.utf8) }

    var isAtEnd: Bool {
        mutating get {
            skipSpace()
            return position == bytes.count
        }
    }

    mutating func array<Element>(_ element: (inout ArrayReader) -> Element?) -> [Element]? {
        guard take("[") else { return nil }
        var out: [Element] = []
        if take("]") { return out }
        repeat {
            guard let next = element(&self) else { return nil }
            out.append(next)
        } while take(",")
        return take("]") ? out : nil
    }

    /// Doubly optional: nil is malformed, `.some(nil)` is null.
    mutating func textOrNull() -> String?? {
        skipSpace()
        if bytes[position...].starts(with: "null".utf8) {
            position += 4
            return .some(nil)
        }
        return string().map { .some($0) }
    }

    mutating func number() -> Double? {
        skipSpace()
        let end = bytes[position...].firstIndex { !"0123456789+-.eE".utf8.contains($0) } ?? bytes.count
        defer { position = end }
        return Double(String(decoding: bytes[position..<end], as: UTF8.self))
    }

    private mutating func string() -> String? {
        guard take("\"") else { return nil }
        var units: [UInt8] = []
        while position < bytes.count {
            let byte = bytes[position]
            position += 1
            switch byte {
            case UInt8(ascii: "\""): return String(validating: units, as: UTF8.self)
            case UInt8(ascii: "\\"):
                guard let escaped = escape() else { return nil }
                units.append(contentsOf: String(escaped).utf8)
            default: units.append(byte)
            }
        }
        return nil
    }

    private mutating func escape() -> Character? {
        guard position < bytes.count else { return nil }
        let byte = bytes[position]
        position += 1
        switch byte {
        case UInt8(ascii: "n"): return "\n"
        case UInt8(ascii: "r"): return "\r"
        case UInt8(ascii: "t"): return "\t"
        case UInt8(ascii: "b"): return "\u{8}"
        case UInt8(ascii: "f"): return "\u{c}"
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): return Character(Unicode.Scalar(byte))
        case UInt8(ascii: "u"): return unicodeEscape()
        default: return nil
        }
    }

    private mutating func unicodeEscape() -> Character? {
        guard let first = hexUnit() else { return nil }
        if let scalar = Unicode.Scalar(first) { return Character(scalar) }
        guard UTF16.isLeadSurrogate(first), bytes[position...].starts(with: "\\u".utf8) else { return nil }
        position += 2
        guard let second = hexUnit(), UTF16.isTrailSurrogate(second) else { return nil }
        return Character(UTF16.decode(UTF16.EncodedScalar([first, second])))
    }

    private mutating func hexUnit() -> UInt16? {
        guard position + 4 <= bytes.count else { return nil }
        defer { position += 4 }
        return UInt16(String(decoding: bytes[position..<position + 4], as: UTF8.self), radix: 16)
    }

    private mutating func take(_ mark: Unicode.Scalar) -> Bool {
        skipSpace()
        guard position < bytes.count, bytes[position] == UInt8(ascii: mark) else { return false }
        position += 1
        return true
    }

    private mutating func skipSpace() {
        while position < bytes.count, [0x20, 0x09, 0x0A, 0x0D].contains(bytes[position]) { position += 1 }
    }
}
