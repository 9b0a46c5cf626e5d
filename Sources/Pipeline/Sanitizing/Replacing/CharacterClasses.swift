/// What the replacement of a string is drawn from: for each class of characters that the string has, the whole class.
/// Without `g` and `G`, hexadecimal digits can be told from other letters; these two and all signs stand for themselves.
struct CharacterClasses {
    /// Without repetition. Empty for an empty string, and for one of other scripts without a digit.
    let alphabet: [UInt8]
    /// Characters of the string.
    let count: Int

    /// Bit n of a set stands for the character n.
    private static let classes: [(set: UInt128, characters: [UInt8])] =
        ["ABCDEF", "HIJKLMNOPQRSTUVWXYZ", "abcdef", "hijklmnopqrstuvwxyz", "0123456789"].map { characters in
            (characters.utf8.reduce(0) { $0 | 1 << UInt128($1) }, Array(characters.utf8))
        }

    /// What strings without any character of a class or sign become, where they may.
    static let letters = Array("abcdefhijklmnopqrstuvwxyz".utf8)

    /// - Parameter text: valid UTF-8
    init(_ text: UnsafeBufferPointer<UInt8>) {
        var seen: (low: UInt64, high: UInt64) = (0, 0)
        var count = 0
        func note(_ byte: UInt8) {
            if byte < 64 { seen.low |= 1 << UInt64(byte) } else { seen.high |= 1 << UInt64(byte - 64) }
        }
        if text.allSatisfy({ $0 < 0x80 }) {
            count = text.count
            for byte in text { note(byte) }
        } else {
            for scalar in String(decoding: text, as: UTF8.self).unicodeScalars {
                count += 1
                if scalar.isASCII { note(UInt8(truncatingIfNeeded: scalar.value)) }
                if Self.isForeignDigit(scalar) { note(UInt8(ascii: "0")) }
            }
        }
        self.count = count
        alphabet = Self.alphabet(of: UInt128(seen.high) << 64 | UInt128(seen.low))
    }

    /// Digits of any script count, also raised ones.
    private static func isForeignDigit(_ scalar: Unicode.Scalar) -> Bool {
        guard !scalar.isASCII, let type = scalar.properties.numericType else { return false }
        return type == .decimal || type == .digit
    }

    private static func alphabet(of seen: UInt128) -> [UInt8] {
        var alphabet: [UInt8] = []
        var signs = seen
        for (set, characters) in classes where seen & set != 0 {
            alphabet += characters
            signs &= ~set
        }
        while signs != 0 {
            alphabet.append(UInt8(signs.trailingZeroBitCount))
            signs &= signs - 1
        }
        return alphabet
    }
}
