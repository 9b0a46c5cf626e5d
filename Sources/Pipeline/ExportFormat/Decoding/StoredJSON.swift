import Catalogue
import TextForms

/// Writes values as the reference stores JSON text: no spaces, ASCII only, keys in the order read, fractions as Python
/// writes them, numbers that are not finite as `null`.
enum StoredJSON: TapeDialect {
    static let trueWord = "true"
    static let falseWord = "false"
    static let nullWord = "null"
    static let itemSeparator = ","
    static let keySeparator = ":"

    static func text(_ value: TapeValue) -> String {
        var out = ""
        append(value, to: &out)
        return out
    }

    /// Half a surrogate pair is an escape like any other.
    static func appendString(_ text: UnsafeBufferPointer<UInt8>, to out: inout String) {
        out += "\""
        var start = 0
        while let half = HalfSurrogate.first(in: text, from: start) {
            JSONText.appendEscaped(String(decoding: text[start..<half.place], as: UTF8.self), to: &out)
            out += "\\u" + Hex.text(half.unit)
            start = half.place + 3
        }
        JSONText.appendEscaped(String(decoding: text[start...], as: UTF8.self), to: &out)
        out += "\""
    }

    static func double(_ number: Double) -> String { number.isFinite ? PythonText.double(number) : nullWord }
}
