/// Case-insensitive comparison as `UPPER(…) = UPPER(…)` does it in the reference's databases: the simple upper-case
/// mapping of every character, one for one. Unlike ``LowerCaseFolding`` it treats "ſ" and "s", for example, as equal.
package enum UpperCaseFolding {
    package static func folded(_ text: String) -> String {
        if text.utf8.allSatisfy({ $0 < 0x80 }) { return text.uppercased() }
        var out = String.UnicodeScalarView()
        for scalar in text.unicodeScalars {
            let upper = scalar.properties.uppercaseMapping.unicodeScalars
            // A mapping to several scalars ("ß" to "SS") is not a simple mapping: databases keep such a letter.
            out.append(upper.count == 1 ? upper.first ?? scalar : scalar)
        }
        return String(out)
    }
}
