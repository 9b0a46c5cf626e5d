/// Case-insensitive comparison as `UPPER(…) = UPPER(…)` does it in the reference's databases: the simple upper-case
/// mapping of every character, one for one. It takes other texts for equal than ``LowerCaseFolding``: "ſ" and "s",
/// for one.
package enum UpperCaseFolding {
    package static func folded(_ text: String) -> String {
        if text.utf8.allSatisfy({ $0 < 0x80 }) { return text.uppercased() }
        var out = String.UnicodeScalarView()
        for scalar in text.unicodeScalars {
            let upper = scalar.properties.uppercaseMapping.unicodeScalars
            // A mapping to several scalars ("ß" to "SS") is no simple mapping: databases keep such a letter.
            out.append(upper.count == 1 ? upper.first ?? scalar : scalar)
        }
        return String(out)
    }
}
