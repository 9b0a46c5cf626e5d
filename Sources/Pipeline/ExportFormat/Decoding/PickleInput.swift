import TextForms

/// The bytes of a pickle, read from front to back. nil stands for bytes that are missing.
struct PickleInput {
    private let content: [UInt8]
    private var at = 0

    init(_ bytes: [UInt8]) { content = bytes }

    var isAtEnd: Bool { at == content.count }

    mutating func byte() -> UInt8? { bytes(1)?.first }

    mutating func bytes(_ count: Int) -> ArraySlice<UInt8>? {
        guard 0...content.count - at ~= count else { return nil }
        defer { at += count }
        return content[at..<at + count]
    }

    /// Up to a line feed, without it.
    mutating func line() -> ArraySlice<UInt8>? {
        guard let end = content[at...].firstIndex(of: 0x0A) else { return nil }
        defer { at = end + 1 }
        return content[at..<end]
    }

    /// Up to eight bytes, the lowest first; a number that is too large is negative.
    mutating func unsigned(_ count: Int) -> Int? {
        bytes(count).map { $0.reversed().reduce(0) { $0 << 8 | Int($1) } }
    }

    /// Two's complement of at most eight bytes, the lowest first.
    mutating func signed(_ count: Int) -> Int64? {
        guard count <= 8, let bytes = bytes(count), let highest = bytes.last else { return count == 0 ? 0 : nil }
        return bytes.reversed().reduce(highest >= 0x80 ? -1 : 0) { $0 << 8 | Int64($1) }
    }

    /// Eight bytes, the highest first.
    mutating func double() -> Double? {
        bytes(8).map { Double(bitPattern: $0.reduce(0) { $0 << 8 | UInt64($1) }) }
    }
}

/// The texts of a pickle that fill a line.
enum PickleText {
    /// A byte string in quotes, with Python's escapes. nil if it is malformed.
    static func quoted(_ line: ArraySlice<UInt8>) -> [UInt8]? {
        guard line.count >= 2, let quote = line.first, quote == line.last,
            quote == UInt8(ascii: "'") || quote == UInt8(ascii: "\"")
        else { return nil }
        var out: [UInt8] = []
        var rest = line.dropFirst().dropLast()
        while let byte = rest.popFirst() {
            guard byte == UInt8(ascii: "\\") else {
                out.append(byte)
                continue
            }
            guard let mark = rest.popFirst() else { return nil }
            if let plain = escapes[mark] {
                out.append(plain)
            } else if mark == UInt8(ascii: "x") {
                guard let value = number(rest.prefix(2), digits: 2) else { return nil }
                out.append(UInt8(value))
                rest = rest.dropFirst(2)
            } else if 0x30...0x37 ~= mark {
                let digits = rest.prefix(2).prefix { 0x30...0x37 ~= $0 }
                out.append(UInt8(truncatingIfNeeded: digits.reduce(Int(mark - 0x30)) { $0 << 3 | Int($1 - 0x30) }))
                rest = rest.dropFirst(digits.count)
            } else {
                out += [byte, mark]
            }
        }
        return out
    }

    private static let escapes: [UInt8: UInt8] = [
        UInt8(ascii: "\\"): 0x5C, UInt8(ascii: "'"): 0x27, UInt8(ascii: "\""): 0x22, UInt8(ascii: "n"): 0x0A,
        UInt8(ascii: "r"): 0x0D, UInt8(ascii: "t"): 0x09, UInt8(ascii: "a"): 0x07, UInt8(ascii: "b"): 0x08,
        UInt8(ascii: "f"): 0x0C, UInt8(ascii: "v"): 0x0B,
    ]

    /// Characters up to U+00FF as bytes, others as `\uXXXX` or `\UXXXXXXXX`, a backslash as such an escape. nil if an escape
    /// is malformed.
    static func escaped(_ line: ArraySlice<UInt8>) -> [UInt8]? {
        var out: [UInt8] = []
        var rest = line
        while let byte = rest.popFirst() {
            guard byte == UInt8(ascii: "\\"), let mark = rest.first else {
                out += Array(String(Unicode.Scalar(byte)).utf8)
                continue
            }
            let digits = mark == UInt8(ascii: "u") ? 4 : mark == UInt8(ascii: "U") ? 8 : 0
            guard digits > 0 else {
                // A backslash before another character stands for itself, and so does that character.
                out.append(byte)
                if mark == byte { out.append(byte) }
                if mark == byte { rest = rest.dropFirst() }
                continue
            }
            guard let value = number(rest.dropFirst().prefix(digits), digits: digits) else { return nil }
            if let scalar = Unicode.Scalar(value) {
                out += Array(String(scalar).utf8)
            } else if value <= 0xFFFF {
                out += HalfSurrogate.bytes(UInt16(value))
            } else {
                return nil
            }
            rest = rest.dropFirst(digits + 1)
        }
        return out
    }

    private static func number(_ text: ArraySlice<UInt8>, digits: Int) -> UInt32? {
        guard text.count == digits else { return nil }
        var value: UInt32 = 0
        for byte in text {
            guard let digit = Hex.digit(byte) else { return nil }
            value = value << 4 | UInt32(digit)
        }
        return value
    }
}
