import Catalogue

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

    static func appendString(_ text: String, to out: inout String) { out += JSONText.quoted(text) }

    static func double(_ number: Double) -> String { number.isFinite ? PythonText.double(number) : nullWord }
}
