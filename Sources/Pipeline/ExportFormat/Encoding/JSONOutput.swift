/// JSON text as bytes, in one spelling.
struct JSONOutput {
    private(set) var bytes: [UInt8] = []
    let spelling: JSONSpelling
    private let blanks: [UInt8]

    /// Levels whose blanks are made ahead. Deeper ones are made anew for each line.
    private static let usualLevels = 32

    init(_ spelling: JSONSpelling) {
        self.spelling = spelling
        guard case .indented(let width) = spelling else {
            blanks = []
            return
        }
        blanks = Array(repeating: UInt8(ascii: " "), count: max(width, 0) * Self.usualLevels)
    }

    mutating func removeAll() { bytes.removeAll(keepingCapacity: true) }

    mutating func append(_ byte: UInt8) { bytes.append(byte) }

    mutating func append(_ text: [UInt8]) { bytes.append(contentsOf: text) }

    mutating func append(_ text: StaticString) {
        bytes.append(contentsOf: UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
    }

    /// ASCII that needs no escapes.
    mutating func append(plain text: String) { bytes.append(contentsOf: text.utf8) }

    /// Ends the line and begins one at a level; nothing in a compact text.
    mutating func newLine(_ level: Int) {
        guard case .indented(let width) = spelling else { return }
        bytes.append(UInt8(ascii: "\n"))
        guard width > 0 else { return }
        if level <= Self.usualLevels {
            bytes.append(contentsOf: blanks.prefix(width * level))
        } else {
            bytes.append(contentsOf: repeatElement(UInt8(ascii: " "), count: width * level))
        }
    }

    /// Between a key and its value.
    mutating func colon() {
        if spelling == .compact { append(":") } else { append(": ") }
    }

    // MARK: - Scalars

    mutating func append(_ flag: Bool) {
        if flag { append("true") } else { append("false") }
    }

    mutating func append(_ number: Int64) {
        if number < 0 { bytes.append(UInt8(ascii: "-")) }
        appendDigits(number.magnitude)
    }

    /// In decimal, with leading zeros up to a width.
    mutating func appendDigits(_ number: UInt64, width: Int = 1) {
        let start = bytes.count
        var rest = number
        repeat {
            bytes.append(UInt8(truncatingIfNeeded: 0x30 + rest % 10))
            rest /= 10
        } while rest > 0
        while bytes.count - start < width { bytes.append(0x30) }
        bytes[start...].reverse()
    }

    /// As Python spells it; a compact text has short exponents. JSON has no other numbers than finite ones.
    mutating func append(_ number: Double) throws(ValueMismatch) {
        guard number.isFinite else { throw ValueMismatch("holds a number that JSON cannot write: NaN or infinity") }
        let text = PythonText.double(number)
        append(plain: spelling == .compact ? Self.withShortExponent(text) : text)
    }

    /// `1e-07` → `1e-7`, `1e+16` → `1e16`.
    private static func withShortExponent(_ text: String) -> String {
        guard let mark = text.firstIndex(of: "e") else { return text }
        var exponent = text[text.index(after: mark)...]
        let sign = exponent.removeFirst() == "-" ? "-" : ""
        return "\(text[..<mark])e\(sign)\(exponent.drop { $0 == "0" })"
    }

    // MARK: - Strings

    /// A JSON string with its quotes.
    mutating func append(string text: String) {
        var text = text
        text.withUTF8 { append(string: $0) }
    }

    /// - Parameter text: valid UTF-8.
    mutating func append(string text: UnsafeBufferPointer<UInt8>) {
        bytes.append(UInt8(ascii: "\""))
        var start = 0
        var at = 0
        while at < text.count {
            let byte = text[at]
            let isPlain = byte >= 0x20 && byte != 0x22 && byte != 0x5C && (byte < 0x7F || !spelling.isASCII)
            if isPlain {
                at += 1
                continue
            }
            bytes.append(contentsOf: UnsafeBufferPointer(rebasing: text[start..<at]))
            at += appendEscape(of: text, at: at)
            start = at
        }
        bytes.append(contentsOf: UnsafeBufferPointer(rebasing: text[start...]))
        bytes.append(UInt8(ascii: "\""))
    }

    /// Escapes one character; returns the number of its bytes.
    private mutating func appendEscape(of text: UnsafeBufferPointer<UInt8>, at place: Int) -> Int {
        let byte = text[place]
        switch byte {
        case 0x22: append("\\\"")
        case 0x5C: append("\\\\")
        case 0x0A: append("\\n")
        case 0x0D: append("\\r")
        case 0x09: append("\\t")
        case 0x08: append("\\b")
        case 0x0C: append("\\f")
        case ..<0x80: appendUnit(UInt16(byte))
        default: return appendScalar(text, at: place)
        }
        return 1
    }

    private mutating func appendScalar(_ text: UnsafeBufferPointer<UInt8>, at place: Int) -> Int {
        let lead = UInt32(text[place])
        let length = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2
        var scalar = lead & (0x7F >> UInt32(length))
        for offset in 1..<length where place + offset < text.count {
            scalar = scalar << 6 | UInt32(text[place + offset] & 0x3F)
        }
        if scalar < 0x10000 {
            appendUnit(UInt16(scalar))
        } else {
            appendUnit(UInt16(0xD800 + (scalar - 0x10000) >> 10))
            appendUnit(UInt16(0xDC00 + (scalar - 0x10000) & 0x3FF))
        }
        return length
    }

    private mutating func appendUnit(_ unit: UInt16) {
        append("\\u")
        for shift in [12, 8, 4, 0] as [UInt16] {
            let digit = UInt8(truncatingIfNeeded: unit >> shift & 0xF)
            bytes.append(digit < 10 ? 0x30 + digit : 0x57 + digit)
        }
    }
}
