import TextForms

/// Writes values as Python's `str()` and `repr()` do.
enum PythonText: TapeDialect {
    static let trueWord = "True"
    static let falseWord = "False"
    static let nullWord = "None"
    static let itemSeparator = ", "
    static let keySeparator = ": "

    /// `str()`: a string as it is, everything else as its `repr`.
    static func string(_ value: TapeValue) -> String {
        if value.isString { return value.text }
        var out = ""
        append(value, to: &out)
        return out
    }

    static func appendString(_ text: UnsafeBufferPointer<UInt8>, to out: inout String) {
        let scalars = String(decoding: text, as: UTF8.self).unicodeScalars
        let quote: Unicode.Scalar = scalars.contains("'") && !scalars.contains("\"") ? "\"" : "'"
        out.unicodeScalars.append(quote)
        for scalar in scalars {
            switch scalar {
            case "\\": out += "\\\\"
            case quote:
                out += "\\"
                out.unicodeScalars.append(quote)
            case "\n": out += "\\n"
            case "\r": out += "\\r"
            case "\t": out += "\\t"
            default:
                if isPrintable(scalar) { out.unicodeScalars.append(scalar) } else { appendEscape(scalar, to: &out) }
            }
        }
        out.unicodeScalars.append(quote)
    }

    private static func appendEscape(_ scalar: Unicode.Scalar, to out: inout String) {
        switch scalar.value {
        case ..<0x100: out += "\\x" + Hex.text(UInt8(scalar.value))
        case ..<0x10000: out += "\\u" + Hex.text(UInt16(scalar.value))
        default: out += "\\U" + Hex.text(scalar.value)
        }
    }

    private static func isPrintable(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.properties.generalCategory {
        case .control, .format, .surrogate, .privateUse, .unassigned, .lineSeparator, .paragraphSeparator: false
        case .spaceSeparator: scalar == " "
        default: true
        }
    }

    /// The shortest digits that read back as the same number. Below 1e-4 and from 1e16 on, with an exponent.
    static func double(_ value: Double) -> String {
        if value.isNaN { return "nan" }
        // Swift's shortest digits are the same, but its exponents begin after 2^53. From there on a number is whole.
        guard 0x1p53..<1e16 ~= value.magnitude else { return value.description }
        return "\(Int64(value)).0"
    }
}
