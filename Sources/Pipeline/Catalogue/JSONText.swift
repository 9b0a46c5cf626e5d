internal import TextForms

/// Writes JSON the way the reference stores it: ASCII, `\uXXXX` for everything else, no spaces.
public enum JSONText {
    /// A JSON string with its quotes.
    public static func quoted(_ text: String) -> String {
        var out = "\""
        appendEscaped(text, to: &out)
        out += "\""
        return out
    }

    /// Appends the inside of a JSON string.
    public static func appendEscaped(_ text: String, to out: inout String) {
        if text.utf8.allSatisfy({ 0x20...0x7E ~= $0 && $0 != 0x22 && $0 != 0x5C }) {
            out += text
            return
        }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(text.utf8.count * 9 / 8)
        for unit in text.utf16 { append(unit, to: &bytes) }
        out += String(decoding: bytes, as: UTF8.self)
    }

    private static func append(_ unit: UInt16, to bytes: inout [UInt8]) {
        switch unit {
        case 0x22: bytes += #"\""#.utf8
        case 0x5C: bytes += #"\\"#.utf8
        case 0x0A: bytes += #"\n"#.utf8
        case 0x0D: bytes += #"\r"#.utf8
        case 0x09: bytes += #"\t"#.utf8
        case 0x08: bytes += #"\b"#.utf8
        case 0x0C: bytes += #"\f"#.utf8
        case 0x20...0x7E: bytes.append(UInt8(unit))
        default: bytes += (#"\u"# + Hex.text(unit)).utf8
        }
    }
}
