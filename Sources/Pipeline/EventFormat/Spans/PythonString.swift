/// What Python's methods of texts do.
package enum PythonString {
    /// `strip()`
    package static func stripped(_ text: some StringProtocol) -> String {
        let scalars = text.unicodeScalars
        guard let first = scalars.firstIndex(where: { !isSpace($0) }) else { return "" }
        var end = scalars.endIndex
        while end > first, isSpace(scalars[scalars.index(before: end)]) { end = scalars.index(before: end) }
        return String(text[first..<end])
    }

    package static func isSpace(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 9...13, 0x1C...0x1F, 0x20, 0x85, 0xA0, 0x1680, 0x2000...0x200A, 0x2028, 0x2029, 0x202F, 0x205F, 0x3000:
            true
        default: false
        }
    }

    /// Whether `\w` takes the character: a letter, a digit or number of any script, or an underscore.
    static func isWord(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x5F: true
        case ..<0x80: false
        default: isWordCategory(scalar.properties.generalCategory)
        }
    }

    private static func isWordCategory(_ category: Unicode.GeneralCategory) -> Bool {
        switch category {
        case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter, .decimalNumber,
            .letterNumber, .otherNumber:
            true
        default: false
        }
    }

    /// Whether `\d` takes the character.
    static func isDigit(_ scalar: Unicode.Scalar) -> Bool {
        scalar.value < 0x80
            ? 0x30...0x39 ~= scalar.value : scalar.properties.generalCategory == .decimalNumber
    }

    /// The first characters of a text, counted as Python does.
    package static func prefix(_ text: String, _ count: Int) -> String {
        text.utf8.count <= count ? text : String(String.UnicodeScalarView(text.unicodeScalars.prefix(count)))
    }

    /// `upper().startswith(…)`
    ///
    /// - Parameter start: ASCII in upper case
    static func begins(_ text: String, withUpper start: String) -> Bool {
        // A character may become several, never fewer: so many are enough.
        prefix(text, start.utf8.count).uppercased().utf8.starts(with: start.utf8)
    }

    package static func length(_ text: String) -> Int { text.unicodeScalars.count }

    /// Whether a text contains another, character by character.
    package static func contains(_ text: String, _ part: String) -> Bool {
        var (text, part) = (text, part)
        return text.withUTF8 { text in part.withUTF8 { contains(text, $0) } }
    }

    private static func contains(_ text: UnsafeBufferPointer<UInt8>, _ part: UnsafeBufferPointer<UInt8>) -> Bool {
        guard let first = part.first else { return true }
        var start = 0
        while start + part.count <= text.count, let place = text[start...].firstIndex(of: first) {
            if text[place...].starts(with: part) { return true }
            start = place + 1
        }
        return false
    }
}
