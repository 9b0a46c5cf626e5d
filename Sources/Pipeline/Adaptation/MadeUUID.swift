import TextForms

/// UUIDs for what older exports have none for. The same file always gets the same ones, so that it stays the same import.
enum MadeUUID {
    static func text(_ high: UInt64, _ low: UInt64) -> String { UUIDBytes.version4(high, low).text }

    static func isValid(_ text: String) -> Bool {
        isPlain(text.utf8) || UUIDText.canonical(python: text) != nil
    }

    /// 32 hexadecimal digits and any dashes: nearly every valid UUID.
    static func isPlain(_ text: some Sequence<UInt8>) -> Bool {
        var digits = 0
        for byte in text {
            if byte.isHexDigit { digits += 1 } else if byte != UInt8(ascii: "-") { return false }
        }
        return digits == 32
    }
}

extension UInt8 {
    fileprivate var isHexDigit: Bool {
        switch self {
        case 0x30...0x39, 0x41...0x46, 0x61...0x66: true
        default: false
        }
    }
}
