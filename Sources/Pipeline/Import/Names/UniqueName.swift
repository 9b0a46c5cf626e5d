import Catalogue

/// How the reference makes a slug or a user name unique.
enum UniqueName {
    /// The reference's suffix alphabet: `8` never occurs and `0` twice.
    private static let alphabet = Array("abcdefghijklmnopqrstuvwxyz0123456790".utf8)

    /// Suffix lengths in the order they are tried.
    private static let attempts = [2] + Array(repeating: 3, count: 5) + Array(repeating: 5, count: 20) + [12]

    /// The base if it is free, else with the first suffix that makes it free, or the last one if none does.
    static func make(
        _ base: String, reserved: Set<String> = [], maxLength: Int, suffixes: NameSuffixes,
        isTaken: (String) throws(ImportFailure) -> Bool
    ) throws(ImportFailure) -> String {
        let stripped = trimmed(base)
        let usable = stripped.isEmpty || reserved.contains(stripped) ? suffixes.nameless(12, for: stripped) : stripped
        if try !isTaken(usable), !isDecimal(usable) { return usable }
        var candidate = usable
        for (attempt, length) in attempts.enumerated() {
            let kept = String(usable.unicodeScalars.prefix(maxLength - length - 1).map(Character.init))
            candidate = "\(kept)-\(suffixes.suffix(length, of: alphabet, for: usable, attempt: attempt))"
            if try !isTaken(candidate) { return candidate }
        }
        return candidate
    }

    static func trimmed(_ text: String) -> String {
        let bytes = text.utf8
        if let first = bytes.first, let last = bytes.last, 0x21...0x7E ~= first, 0x21...0x7E ~= last { return text }
        var scalars = Substring(text).unicodeScalars
        while let first = scalars.first, first.properties.isWhitespace { scalars.removeFirst() }
        while let last = scalars.last, last.properties.isWhitespace { scalars.removeLast() }
        return String(scalars)
    }

    private static func isDecimal(_ text: String) -> Bool {
        !text.isEmpty && text.unicodeScalars.allSatisfy { $0.properties.generalCategory == .decimalNumber }
    }
}
