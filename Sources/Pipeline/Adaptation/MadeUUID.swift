import TextForms

/// UUIDs for what older exports have none for. The same file always gets the same ones, so that it stays the same import.
enum MadeUUID {
    static func text(_ high: UInt64, _ low: UInt64) -> String { UUIDBytes.version4(high, low).text }

    static func isValid(_ text: String) -> Bool {
        let isPlain = text.utf8.count == 32 && text.utf8.allSatisfy(\.isHexDigit)
        return isPlain || UUIDText.canonical(python: text) != nil
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
