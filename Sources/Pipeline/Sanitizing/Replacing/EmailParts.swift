/// The two sides of an e-mail address.
struct EmailParts {
    let local: UnsafeBufferPointer<UInt8>
    let domain: UnsafeBufferPointer<UInt8>

    /// nil unless there is exactly one `@`, with text on both sides.
    init?(_ text: UnsafeBufferPointer<UInt8>) {
        let mark = UInt8(ascii: "@")
        guard let place = text.firstIndex(of: mark), place > 0, place < text.count - 1,
            !text[(place + 1)...].contains(mark)
        else { return nil }
        local = UnsafeBufferPointer(rebasing: text[..<place])
        domain = UnsafeBufferPointer(rebasing: text[(place + 1)...])
    }
}
