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
        if value.isInfinite { return value < 0 ? "-inf" : "inf" }
        let sign = value.sign == .minus ? "-" : ""
        if value == 0 { return sign + "0.0" }
        let (digits, exponent) = shortest(value.magnitude)
        if -4..<16 ~= exponent { return sign + fixed(digits, exponent) }
        let fraction = digits.count > 1 ? "." + digits.dropFirst() : ""
        let power = String(exponent.magnitude)
        return sign + digits.prefix(1) + fraction + (exponent < 0 ? "e-" : "e+") + (power.count < 2 ? "0" : "") + power
    }

    /// Significant digits, and the power of ten of the first one.
    private static func shortest(_ value: Double) -> (String, Int) {
        let parts = value.description.split(separator: "e")
        var exponent = parts.count == 2 ? Int(parts[1]) ?? 0 : 0
        let halves = parts[0].split(separator: ".", omittingEmptySubsequences: false)
        exponent += halves[0].count - 1
        var digits = halves.joined()
        let zeros = digits.prefix { $0 == "0" }.count
        digits.removeFirst(zeros)
        exponent -= zeros
        while digits.count > 1, digits.last == "0" { digits.removeLast() }
        return (digits, exponent)
    }

    private static func fixed(_ digits: String, _ exponent: Int) -> String {
        if exponent < 0 { return "0." + String(repeating: "0", count: -exponent - 1) + digits }
        let whole = digits.prefix(exponent + 1)
        let fraction = digits.dropFirst(exponent + 1)
        return whole + String(repeating: "0", count: exponent + 1 - whole.count) + "."
            + (fraction.isEmpty ? "0" : fraction)
    }
}
