import TextForms

/// JSON text as bytes, in one spelling.
package struct JSONOutput {
    private(set) package var bytes: [UInt8] = []
    let spelling: JSONSpelling
    /// Whether integers beyond 64 bits keep their digits. Otherwise they become fractions, as everything that is exported
    /// goes once through a reader that knows no others.
    let keepsLongIntegers: Bool
    private let indentation: Int?
    private let blanks: [UInt8]

    /// Levels whose blanks are made ahead. Deeper ones are made anew for each line.
    private static let usualLevels = 32

    package init(_ spelling: JSONSpelling, keepsLongIntegers: Bool = false) {
        self.spelling = spelling
        self.keepsLongIntegers = keepsLongIntegers
        indentation = spelling.indentation
        blanks = Array(repeating: UInt8(ascii: " "), count: (indentation ?? 0) * Self.usualLevels)
    }

    mutating func removeAll() { bytes.removeAll(keepingCapacity: true) }

    mutating func append(_ byte: UInt8) { bytes.append(byte) }

    mutating func append(_ text: UnsafeBufferPointer<UInt8>) { bytes.append(contentsOf: text) }

    mutating func append(_ text: [UInt8]) { bytes.append(contentsOf: text) }

    package mutating func append(_ text: StaticString) {
        bytes.append(contentsOf: UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
    }

    /// ASCII that needs no escapes.
    mutating func append(plain text: String) { bytes.append(contentsOf: text.utf8) }

    /// Ends the line and begins one at a level; nothing in a compact text.
    package mutating func newLine(_ level: Int) {
        guard let width = indentation else { return }
        bytes.append(UInt8(ascii: "\n"))
        guard width > 0 else { return }
        if level <= Self.usualLevels {
            bytes.append(contentsOf: blanks.prefix(width * level))
        } else {
            bytes.append(contentsOf: repeatElement(UInt8(ascii: " "), count: width * level))
        }
    }

    /// Between a key and its value.
    package mutating func colon() {
        if indentation == nil { append(":") } else { append(": ") }
    }

    // MARK: - Scalars

    mutating func append(_ flag: Bool) {
        if flag { append("true") } else { append("false") }
    }

    mutating func append(_ number: Int64) {
        if number < 0 { bytes.append(UInt8(ascii: "-")) }
        appendDigits(number.magnitude)
    }

    mutating func appendDigits(_ number: UInt64) {
        if number < 10 { return bytes.append(UInt8(truncatingIfNeeded: 0x30 + number)) }
        var length = 1
        var rest = number / 10
        while rest > 0 {
            length += 1
            rest /= 10
        }
        append(count: length) { Self.write(number, digits: length, to: $0) }
    }

    /// Between quotes: `2023-06-22T22:59:57.023Z`, with the digits of a year before 1000 that it has.
    mutating func append(_ time: CivilTime) {
        bytes.append(UInt8(ascii: "\""))
        appendDigits(UInt64(time.date.year))
        append(count: 21) { text in
            for (place, mark) in Self.timeMarks { text[place] = mark }
            Self.write(UInt64(time.date.month), digits: 2, to: text + 1)
            Self.write(UInt64(time.date.day), digits: 2, to: text + 4)
            Self.write(UInt64(time.second / 3600), digits: 2, to: text + 7)
            Self.write(UInt64(time.second / 60 % 60), digits: 2, to: text + 10)
            Self.write(UInt64(time.second % 60), digits: 2, to: text + 13)
            Self.write(UInt64(time.microsecond / 1000), digits: 3, to: text + 16)
        }
    }

    /// What stands between the digits after the year.
    private static let timeMarks: [(Int, UInt8)] = [
        (0, 0x2D), (3, 0x2D), (6, 0x54), (9, 0x3A), (12, 0x3A), (15, 0x2E), (19, 0x5A), (20, 0x22),
    ]

    /// Appends a few bytes, which `write` fills.
    private mutating func append(count: Int, _ write: (UnsafeMutablePointer<UInt8>) -> Void) {
        withUnsafeTemporaryAllocation(of: UInt8.self, capacity: count) { room in
            guard let start = room.baseAddress else { return }
            write(start)
            bytes.append(contentsOf: UnsafeBufferPointer(room))
        }
    }

    private static func write(_ number: UInt64, digits: Int, to text: UnsafeMutablePointer<UInt8>) {
        var rest = number
        for place in (0..<digits).reversed() {
            text[place] = UInt8(truncatingIfNeeded: 0x30 + rest % 10)
            rest /= 10
        }
    }

    /// As Python spells it; UTF-8 texts have short exponents. JSON has no other numbers than finite ones.
    mutating func append(_ number: Double) throws(ValueMismatch) {
        guard number.isFinite else { throw ValueMismatch("holds a number that JSON cannot write: NaN or infinity") }
        let text = PythonText.double(number)
        append(plain: spelling.isASCII ? text : Self.withShortExponent(text))
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
    package mutating func append(string text: UnsafeBufferPointer<UInt8>) {
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
        } else if HalfStandIn.scalars.contains(scalar) {
            appendUnit(UInt16(truncatingIfNeeded: scalar))
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
