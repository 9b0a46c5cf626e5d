/// Case-insensitive comparison as PostgreSQL's `citext` does it: every character in lower case, one for one.
package enum LowerCaseFolding {
    package static func folded(_ text: String) -> String {
        if isASCII(text) { return text.lowercased() }
        var out = String.UnicodeScalarView()
        for scalar in text.unicodeScalars { out.append(lower(scalar)) }
        return String(out)
    }

    package static func isASCII(_ text: String) -> Bool { text.utf8.allSatisfy { $0 < 0x80 } }

    private static func lower(_ scalar: Unicode.Scalar) -> Unicode.Scalar {
        // The only character whose lower-case form is two characters: the C library, and so citext, takes the first.
        if scalar.value == 0x130 { return "i" }
        let mapping = scalar.properties.lowercaseMapping.unicodeScalars
        return mapping.count == 1 ? mapping.first ?? scalar : scalar
    }
}
