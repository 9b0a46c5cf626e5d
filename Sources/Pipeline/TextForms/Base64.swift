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
        // Foundation also accepts padding in the wrong place.
        let padding = text.suffix(2).count { $0 == UInt8(ascii: "=") }
        guard text.count % 4 == 0, !text.dropLast(padding).contains(UInt8(ascii: "=")) else { return nil }
        return Data(base64Encoded: Data(text)).map { Array($0) }
    }
}
