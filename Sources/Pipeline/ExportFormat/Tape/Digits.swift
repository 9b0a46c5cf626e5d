import Glibc

/// Numbers in ASCII text.
enum Digits {
    /// The nearest double of a well-formed decimal number; infinite if the number is too large.
    static func double(_ digits: UnsafeBufferPointer<UInt8>) -> Double {
        let text = String(decoding: digits, as: UTF8.self)
        // Swift's own parser refuses a number that overflows; C's returns infinity.
        return Double(text) ?? strtod(text, nil)
    }
}

/// Finds bytes that are not UTF-8.
enum UTF8Check {
    /// Offset of the first invalid byte; nil for valid text.
    ///
    /// - Parameter takesHalves: whether half a surrogate pair is valid.
    static func firstInvalid(_ bytes: UnsafeBufferPointer<UInt8>, takesHalves: Bool = false) -> Int? {
        var at = 0
        while at < bytes.count {
            let lead = bytes[at]
            if lead < 0x80 {
                at += 1
                continue
            }
            guard let (length, second) = sequence(lead, takesHalves), at + length <= bytes.count,
                second ~= bytes[at + 1]
            else {
                return at
            }
            for offset in 2..<max(length, 2) where bytes[at + offset] & 0xC0 != 0x80 { return at }
            at += length
        }
        return nil
    }

    /// The length of a sequence and the range of its second byte: no overlong form, surrogate or number out of range.
    private static func sequence(_ lead: UInt8, _ takesHalves: Bool) -> (Int, ClosedRange<UInt8>)? {
        switch lead {
        case 0xC2...0xDF: (2, 0x80...0xBF)
        case 0xE0: (3, 0xA0...0xBF)
        case 0xED: (3, 0x80...(takesHalves ? 0xBF : 0x9F))
        case 0xE1...0xEF: (3, 0x80...0xBF)
        case 0xF0: (4, 0x90...0xBF)
        case 0xF1...0xF3: (4, 0x80...0xBF)
        case 0xF4: (4, 0x80...0x8F)
        default: nil
        }
    }
}
