internal import FoundationEssentials

/// Base64 with padding, of short texts as a whole.
package enum Base64 {
    /// In the standard alphabet.
    package static func encode(_ bytes: some Sequence<UInt8>) -> String { Data(bytes).base64EncodedString() }

    /// In the alphabet for URLs: it has `-` and `_` instead of `+` and `/`.
    package static func encodeURLSafe(_ bytes: some Sequence<UInt8>) -> String {
        String(encode(bytes).map { $0 == "+" ? "-" : $0 == "/" ? "_" : $0 })
    }

    /// Reads the standard alphabet. nil for white space, missing padding and every other byte.
    package static func decode(_ text: some StringProtocol) -> [UInt8]? {
        decode(Array(text.utf8))
    }

    /// Reads the alphabet for URLs only.
    package static func decodeURLSafe(_ text: some Sequence<UInt8>) -> [UInt8]? {
        var standard: [UInt8] = []
        for byte in text {
            switch byte {
            case UInt8(ascii: "-"): standard.append(UInt8(ascii: "+"))
            case UInt8(ascii: "_"): standard.append(UInt8(ascii: "/"))
            case UInt8(ascii: "+"), UInt8(ascii: "/"): return nil
            default: standard.append(byte)
            }
        }
        return decode(standard)
    }

    private static func decode(_ text: [UInt8]) -> [UInt8]? {
        let padding = text.suffix(2).reversed().prefix { $0 == UInt8(ascii: "=") }.count
        guard text.count % 4 == 0 else { return nil }
        var isSound = true
        let digits = digits
        let out = [UInt8](unsafeUninitializedCapacity: text.count / 4 * 3) { out, count in
            var (bits, held) = (UInt32(0), 0)
            for byte in text[..<(text.count - padding)] {
                let digit = digits[Int(byte)]
                guard digit != noDigit else {
                    isSound = false
                    return
                }
                bits = bits << 6 | UInt32(digit)
                held += 6
                guard held >= 8 else { continue }
                held -= 8
                out.initializeElement(at: count, to: UInt8(truncatingIfNeeded: bits >> UInt32(held)))
                count += 1
            }
        }
        return isSound ? out : nil
    }

    private static let noDigit: UInt8 = 0xFF

    /// The value of each digit.
    private static let digits: [UInt8] = {
        var digits = [UInt8](repeating: noDigit, count: 256)
        let alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8
        for (value, byte) in alphabet.enumerated() { digits[Int(byte)] = UInt8(value) }
        return digits
    }()
}
