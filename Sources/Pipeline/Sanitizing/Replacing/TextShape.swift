import TextForms

/// What a text looks like.
enum TextShape {
    case email, address, uuid, other

    init(_ text: UnsafeBufferPointer<UInt8>) {
        if EmailParts(text) != nil {
            self = .email
        } else if AddressText.isAddress(text) {
            self = .address
        } else if text.count == 36, UUIDText.isCanonical(String(decoding: text, as: UTF8.self)) {
            self = .uuid
        } else {
            self = .other
        }
    }
}

/// IP addresses as Python's `ipaddress` takes them.
enum AddressText {
    static func isAddress(_ text: UnsafeBufferPointer<UInt8>) -> Bool {
        guard text.count >= 2, !text.contains(0) else { return false }
        if text.contains(UInt8(ascii: ":")) { return IPv6Address(String(decoding: text, as: UTF8.self)) != nil }
        // Four numbers: anything else is told without the system's help.
        return text.count { $0 == UInt8(ascii: ".") } == 3 && IPAddress.isValid(String(decoding: text, as: UTF8.self))
    }
}
