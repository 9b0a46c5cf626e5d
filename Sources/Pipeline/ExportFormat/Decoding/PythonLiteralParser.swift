import TextForms

/// Parses the Python literals in which old exports hold arrays: lists and tuples of strings, numbers, `None`, `True`
/// and `False`, and one set of such values. It refuses dictionaries, bytes and expressions.
final class PythonLiteralParser {
    /// Levels of lists inside lists; array columns have two.
    private static let maxDepth = 16

    private struct NotALiteral: Error {}

    private let out = TapeBuilder()
    private var bytes = UnsafeBufferPointer<UInt8>(start: nil, count: 0)
    private var at = 0
    private var depth = 0

    /// The tape of one text, tuples and the set as lists; valid until the next call. nil if the text is not a literal.
    func tape(of text: UnsafeBufferPointer<UInt8>) -> Tape? {
        do throws(NotALiteral) {
            try parse(text)
            return out.tape
        } catch {
            return nil
        }
    }

    private func parse(_ text: UnsafeBufferPointer<UInt8>) throws(NotALiteral) {
        out.reset()
        bytes = text
        at = 0
        depth = 0
        skipSpace()
        try value()
        skipSpace()
        if at < bytes.count { throw NotALiteral() }
    }

    private var current: UInt8? { at < bytes.count ? bytes[at] : nil }

    private func skipSpace() {
        while let byte = current, byte == 0x20 || 0x09...0x0D ~= byte { at += 1 }
    }

    private func skip(_ word: StaticString) -> Bool {
        let count = word.utf8CodeUnitCount
        guard at + count <= bytes.count else { return false }
        for offset in 0..<count where bytes[at + offset] != word.utf8Start[offset] { return false }
        at += count
        return true
    }

    private func value() throws(NotALiteral) {
        switch current {
        case UInt8(ascii: "["): try list(closing: UInt8(ascii: "]"))
        case UInt8(ascii: "("): try list(closing: UInt8(ascii: ")"))
        case UInt8(ascii: "{") where depth == 0: try list(closing: UInt8(ascii: "}"))
        case UInt8(ascii: "'"), UInt8(ascii: "\""), UInt8(ascii: "u"), UInt8(ascii: "U"): try strings()
        default:
            if skip("None") {
                out.literal(TapeType.null)
            } else if skip("True") {
                out.literal(TapeType.yes)
            } else if skip("False") {
                out.literal(TapeType.no)
            } else {
                try number()
            }
        }
    }

    private func list(closing: UInt8) throws(NotALiteral) {
        depth += 1
        guard depth <= Self.maxDepth else { throw NotALiteral() }
        let start = out.open(TapeType.array)
        at += 1
        var hasComma = true
        var count = 0
        skipSpace()
        while current != closing {
            guard hasComma, current != nil else { throw NotALiteral() }
            try value()
            count += 1
            skipSpace()
            hasComma = skip(",")
            skipSpace()
        }
        // Brackets around one value without a comma are not a tuple.
        if closing == UInt8(ascii: ")"), count == 1, !hasComma { throw NotALiteral() }
        at += 1
        out.close(TapeType.arrayEnd, start)
        depth -= 1
    }

    private func number() throws(NotALiteral) {
        let start = at
        while let byte = current, Self.isPartOfNumber(byte) { at += 1 }
        let text = UnsafeBufferPointer(rebasing: bytes[start..<at])
        guard let first = text.first else { throw NotALiteral() }
        let isSigned = first == UInt8(ascii: "-") || first == UInt8(ascii: "+")
        let unsigned = isSigned ? text[1...] : text[...]
        if NumberRules.isGrouped(unsigned) {
            try integer(unsigned, isNegative: first == UInt8(ascii: "-"))
        } else if let value = NumberRules.literal(text) {
            out.double(value)
        } else {
            throw NotALiteral()
        }
    }

    private func integer(_ digits: Slice<UnsafeBufferPointer<UInt8>>, isNegative: Bool) throws(NotALiteral) {
        let plain = digits.filter { $0 != UInt8(ascii: "_") }
        let isZero = plain.allSatisfy { $0 == 0x30 }
        // Python allows no leading zeros, except in zero itself.
        if plain.first == 0x30, !isZero { throw NotALiteral() }
        out.integer(isZero ? "0" : (isNegative ? "-" : "") + String(decoding: plain, as: UTF8.self))
    }

    private static func isPartOfNumber(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x30...0x39, UInt8(ascii: "+"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"),
            UInt8(ascii: "e"), UInt8(ascii: "E"):
            true
        default: false
        }
    }
}

// MARK: - Strings

extension PythonLiteralParser {
    /// One string, or several one after the other, which Python joins.
    private func strings() throws(NotALiteral) {
        let start = out.beginString()
        repeat {
            if current == UInt8(ascii: "u") || current == UInt8(ascii: "U") { at += 1 }
            try string()
            skipSpace()
        } while beginsString
        out.endString(start)
    }

    private var beginsString: Bool {
        guard let byte = current else { return false }
        let isPrefixed = byte | 0x20 == UInt8(ascii: "u") && at + 1 < bytes.count
        let mark = isPrefixed ? bytes[at + 1] : byte
        return mark == UInt8(ascii: "'") || mark == UInt8(ascii: "\"")
    }

    private func string() throws(NotALiteral) {
        guard let quote = current, quote == UInt8(ascii: "'") || quote == UInt8(ascii: "\"") else {
            throw NotALiteral()
        }
        at += 1
        while let byte = current {
            switch byte {
            case quote:
                at += 1
                return
            case UInt8(ascii: "\\"): try escape()
            case 0x0A, 0x0D: throw NotALiteral()
            default:
                out.append(byte)
                at += 1
            }
        }
        throw NotALiteral()
    }

    private func escape() throws(NotALiteral) {
        at += 1
        guard let mark = current else { throw NotALiteral() }
        at += 1
        switch mark {
        case UInt8(ascii: "\\"), UInt8(ascii: "'"), UInt8(ascii: "\""): out.append(mark)
        case UInt8(ascii: "n"): out.append(UInt8(0x0A))
        case UInt8(ascii: "r"): out.append(UInt8(0x0D))
        case UInt8(ascii: "t"): out.append(UInt8(0x09))
        case UInt8(ascii: "a"): out.append(UInt8(0x07))
        case UInt8(ascii: "b"): out.append(UInt8(0x08))
        case UInt8(ascii: "f"): out.append(UInt8(0x0C))
        case UInt8(ascii: "v"): out.append(UInt8(0x0B))
        case 0x0A: break
        case UInt8(ascii: "x"): try scalar(digits: 2)
        case UInt8(ascii: "u"): try scalar(digits: 4)
        case UInt8(ascii: "U"): try scalar(digits: 8)
        case UInt8(ascii: "N"): throw NotALiteral()
        case 0x30...0x37: octal(mark)
        default:
            // Python keeps the backslash of an escape it does not know.
            out.append(UInt8(ascii: "\\"))
            at -= 1
        }
    }

    private func scalar(digits: Int) throws(NotALiteral) {
        guard at + digits <= bytes.count else { throw NotALiteral() }
        var value: UInt32 = 0
        for offset in 0..<digits {
            guard let digit = Hex.digit(bytes[at + offset]) else { throw NotALiteral() }
            value = value << 4 | UInt32(digit)
        }
        guard let scalar = Unicode.Scalar(value) else { throw NotALiteral() }
        out.append(scalar)
        at += digits
    }

    private func octal(_ first: UInt8) {
        var value = UInt32(first - 0x30)
        var count = 1
        while count < 3, let byte = current, 0x30...0x37 ~= byte {
            value = value * 8 + UInt32(byte - 0x30)
            at += 1
            count += 1
        }
        if let scalar = Unicode.Scalar(value) { out.append(scalar) }
    }
}
