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
        for unit in text.utf16 {
            switch unit {
            case 0x22: out += "\\\""
            case 0x5C: out += "\\\\"
            case 0x0A: out += "\\n"
            case 0x0D: out += "\\r"
            case 0x09: out += "\\t"
            case 0x08: out += "\\b"
            case 0x0C: out += "\\f"
            case 0x20...0x7E: out.unicodeScalars.append(Unicode.Scalar(UInt8(unit)))
            default:
                out += "\\u" + Hex.text(unit)
            }
        }
    }
}
