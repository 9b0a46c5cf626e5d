import TextForms

/// Why a text is not JSON, and where.
struct TextFault: Error, Equatable {
    /// Bytes from the text's beginning.
    let offset: Int
    let problem: String
    /// The text is JSON, but too deep, and is refused.
    var isRefusal = false
}

/// Parses JSON into a tape of its own. It is slower than simdjson, but takes integers of any size, says where a mistake
/// is, and for texts inside strings takes the `NaN`, `Infinity` and half surrogate pairs that the reference's reader
/// takes.
final class TextParser {
    private let out = TapeBuilder()
    private var bytes = UnsafeBufferPointer<UInt8>(start: nil, count: 0)
    private var at = 0
    private var depth = 0
    private let maxDepth: Int
    private let takesNaN: Bool
    private let takesHalves: Bool

    /// - Parameter takesHalves: whether strings may have half a surrogate pair. It becomes the three bytes that UTF-8 would
    ///   have for it (see ``HalfSurrogate``).
    init(maxDepth: Int, takesNaN: Bool, takesHalves: Bool = false) {
        self.maxDepth = maxDepth
        self.takesNaN = takesNaN
        self.takesHalves = takesHalves
    }

    /// The tape of one text; valid until the next call.
    func parse(_ text: UnsafeBufferPointer<UInt8>) throws(TextFault) -> Tape {
        out.reset()
        bytes = text
        at = 0
        depth = 0
        if let invalid = UTF8Check.firstInvalid(text, takesHalves: takesHalves) {
            throw TextFault(offset: invalid, problem: "is not UTF-8")
        }
        skipSpace()
        try value()
        skipSpace()
        if at < bytes.count { throw fault("has something after its end") }
        return out.tape
    }

    private func fault(_ problem: String, at offset: Int? = nil) -> TextFault {
        TextFault(offset: offset ?? at, problem: problem)
    }

    private func refusal(_ problem: String) -> TextFault {
        TextFault(offset: at, problem: problem, isRefusal: true)
    }

    private var current: UInt8? { at < bytes.count ? bytes[at] : nil }

    private func skipSpace() {
        while at < bytes.count, bytes[at] == 0x20 || bytes[at] == 0x0A || bytes[at] == 0x0D || bytes[at] == 0x09 {
            at += 1
        }
    }

    private func value() throws(TextFault) {
        switch current {
        case nil: throw fault("ends too early")
        case UInt8(ascii: "{"): try container(TapeType.object, closing: TapeType.objectEnd)
        case UInt8(ascii: "["): try container(TapeType.array, closing: TapeType.arrayEnd)
        case UInt8(ascii: "\""): try string()
        case UInt8(ascii: "t"): try literal("true", TapeType.yes)
        case UInt8(ascii: "f"): try literal("false", TapeType.no)
        case UInt8(ascii: "n"): try literal("null", TapeType.null)
        default: try number()
        }
    }

    private func matches(_ word: StaticString) -> Bool {
        guard at + word.utf8CodeUnitCount <= bytes.count else { return false }
        for offset in 0..<word.utf8CodeUnitCount where bytes[at + offset] != word.utf8Start[offset] { return false }
        return true
    }

    private func literal(_ word: StaticString, _ type: UInt8) throws(TextFault) {
        guard matches(word) else { throw fault("holds a word that is not JSON") }
        at += word.utf8CodeUnitCount
        out.literal(type)
    }

    private func container(_ type: UInt8, closing: UInt8) throws(TextFault) {
        depth += 1
        if depth > maxDepth { throw refusal("is nested deeper than \(maxDepth) levels") }
        let start = out.open(type)
        at += 1
        skipSpace()
        if current == closing {
            at += 1
        } else {
            try items(of: type, closing: closing)
        }
        out.close(closing, start)
        depth -= 1
    }

    private func items(of type: UInt8, closing: UInt8) throws(TextFault) {
        while true {
            if type == TapeType.object { try key() }
            try value()
            skipSpace()
            switch current {
            case UInt8(ascii: ","): at += 1
            case closing:
                at += 1
                return
            case nil: throw fault("ends too early")
            default: throw fault("lacks a comma, or closes a bracket with the wrong one")
            }
            skipSpace()
        }
    }

    private func key() throws(TextFault) {
        guard current == UInt8(ascii: "\"") else {
            throw fault(at < bytes.count ? "has a key without quotes" : "ends too early")
        }
        try string()
        skipSpace()
        guard current == UInt8(ascii: ":") else {
            throw fault(at < bytes.count ? "lacks a colon after a key" : "ends too early")
        }
        at += 1
        skipSpace()
    }
}

// MARK: - Strings

extension TextParser {
    private func string() throws(TextFault) {
        let start = out.beginString()
        at += 1
        while at < bytes.count {
            let byte = bytes[at]
            switch byte {
            case UInt8(ascii: "\""):
                at += 1
                out.endString(start)
                return
            case UInt8(ascii: "\\"): try escape()
            case 0..<0x20: throw fault("has a control character inside a string")
            default:
                out.append(byte)
                at += 1
            }
        }
        throw fault("ends inside a string")
    }

    private func escape() throws(TextFault) {
        guard at + 1 < bytes.count else { throw fault("ends inside a string") }
        let plain: UInt8
        switch bytes[at + 1] {
        case UInt8(ascii: "\""): plain = 0x22
        case UInt8(ascii: "\\"): plain = 0x5C
        case UInt8(ascii: "/"): plain = 0x2F
        case UInt8(ascii: "b"): plain = 0x08
        case UInt8(ascii: "f"): plain = 0x0C
        case UInt8(ascii: "n"): plain = 0x0A
        case UInt8(ascii: "r"): plain = 0x0D
        case UInt8(ascii: "t"): plain = 0x09
        case UInt8(ascii: "u"): return try unicodeEscape()
        default: throw fault("has an unknown escape inside a string")
        }
        out.append(plain)
        at += 2
    }

    private func unicodeEscape() throws(TextFault) {
        let first = try codeUnit()
        var scalar = UInt32(first)
        if 0xD800...0xDBFF ~= first, at + 1 < bytes.count, bytes[at] == 0x5C, bytes[at + 1] == UInt8(ascii: "u") {
            let mark = at
            let second = try codeUnit()
            if 0xDC00...0xDFFF ~= second {
                scalar = 0x10000 + (UInt32(first) - 0xD800) << 10 + (UInt32(second) - 0xDC00)
            } else {
                at = mark
            }
        }
        guard let scalar = Unicode.Scalar(scalar) else {
            if takesHalves { return HalfSurrogate.bytes(first).forEach(out.append) }
            throw fault("has half a surrogate pair inside a string, which no text column can hold")
        }
        out.append(scalar)
    }

    /// Reads `\uXXXX`.
    private func codeUnit() throws(TextFault) -> UInt16 {
        guard at + 6 <= bytes.count else { throw fault("ends inside a string") }
        var unit: UInt16 = 0
        for offset in 2..<6 {
            guard let digit = Hex.digit(bytes[at + offset]) else {
                throw fault("has an escape that is not four hexadecimal digits")
            }
            unit = unit << 4 | UInt16(digit)
        }
        at += 6
        return unit
    }
}

// MARK: - Numbers

extension TextParser {
    private func number() throws(TextFault) {
        let start = at
        if try special() { return }
        if current == UInt8(ascii: "-") { at += 1 }
        let whole = skipDigits()
        guard whole > 0, whole == 1 || bytes[at - whole] != UInt8(ascii: "0") else {
            throw fault("holds something that is not JSON", at: start)
        }
        let end = at
        try skipFraction(of: start)
        try skipExponent(of: start)
        let digits = UnsafeBufferPointer(rebasing: bytes[start..<at])
        if at == end {
            out.integer(String(decoding: digits, as: UTF8.self))
        } else {
            out.double(Digits.double(digits))
        }
    }

    private func skipFraction(of start: Int) throws(TextFault) {
        guard current == UInt8(ascii: ".") else { return }
        at += 1
        guard skipDigits() > 0 else { throw fault("has a number that ends in a point", at: start) }
    }

    private func skipExponent(of start: Int) throws(TextFault) {
        guard current == UInt8(ascii: "e") || current == UInt8(ascii: "E") else { return }
        at += 1
        if current == UInt8(ascii: "+") || current == UInt8(ascii: "-") { at += 1 }
        guard skipDigits() > 0 else { throw fault("has a number without exponent", at: start) }
    }

    private func skipDigits() -> Int {
        let start = at
        while at < bytes.count, 0x30...0x39 ~= bytes[at] { at += 1 }
        return at - start
    }

    private func special() throws(TextFault) -> Bool {
        for (word, value) in Self.specials where matches(word) {
            guard takesNaN else { throw fault("holds NaN or Infinity, which is not JSON") }
            at += word.utf8CodeUnitCount
            out.double(value)
            return true
        }
        return false
    }

    private static let specials: [(StaticString, Double)] = [
        ("NaN", .nan), ("Infinity", .infinity), ("-Infinity", -.infinity),
    ]
}
