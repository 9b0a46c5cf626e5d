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
        let whole = padding > 0 ? text.count - 4 : text.count
        // All digits are below 64; every other byte gives 255.
        var marks: UInt32 = 0
        let out = [UInt8](unsafeUninitializedCapacity: text.count / 4 * 3) { out, count in
            digits.withUnsafeBufferPointer { digits in
                func group(_ at: Int, _ length: Int = 4) -> UInt32 {
                    var bits: UInt32 = 0
                    for offset in 0..<4 {
                        let digit = offset < length ? UInt32(digits[Int(text[at + offset])]) : 0
                        marks |= digit
                        bits = bits << 6 | digit & 63
                    }
                    return bits
                }
                func put(_ bits: UInt32, _ bytes: Int) {
                    for place in 0..<bytes {
                        out.initializeElement(at: count, to: UInt8(truncatingIfNeeded: bits >> UInt32(16 - 8 * place)))
                        count += 1
                    }
                }
                for at in stride(from: 0, to: whole, by: 4) { put(group(at), 3) }
                if padding > 0 { put(group(whole, 4 - padding), 3 - padding) }
            }
        }
        return marks < 64 ? out : nil
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
