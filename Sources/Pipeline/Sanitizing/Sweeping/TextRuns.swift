/// Finds addresses inside a text by their form.
enum TextRuns {
    /// Whether a part of a text has no letter or digit before or behind it.
    static func isWord(_ text: UnsafeBufferPointer<UInt8>, _ part: Range<Int>) -> Bool {
        !(part.lowerBound > 0 && isWordByte(text[part.lowerBound - 1]))
            && !(part.upperBound < text.count && isWordByte(text[part.upperBound]))
    }

    /// The length of the e-mail address that begins at a place; nil if none does.
    static func email(in text: UnsafeBufferPointer<UInt8>, at place: Int) -> Int? {
        guard isLocalByte(text[place]), place == 0 || !isLocalByte(text[place - 1]) else { return nil }
        var at = place
        while at < text.count, isLocalByte(text[at]) { at += 1 }
        guard at < text.count, text[at] == UInt8(ascii: "@") else { return nil }
        let domain = at + 1
        at = domain
        while at < text.count, isDomainByte(text[at]) { at += 1 }
        while at > domain, text[at - 1] == UInt8(ascii: ".") || text[at - 1] == UInt8(ascii: "-") { at -= 1 }
        return isDomain(text[domain..<at]) ? at - place : nil
    }

    /// Several labels, the last one of two letters or more.
    private static func isDomain(_ text: Slice<UnsafeBufferPointer<UInt8>>) -> Bool {
        guard let point = text.lastIndex(of: UInt8(ascii: ".")), point > text.startIndex else { return false }
        let last = text[(point + 1)...]
        return last.count >= 2 && last.allSatisfy { isLetter($0) || $0 >= 0x80 }
    }

    /// The length of the IP address that begins at a place; nil if none does.
    static func address(in text: UnsafeBufferPointer<UInt8>, at place: Int) -> Int? {
        guard isAddressByte(text[place]), place == 0 || !isWordByte(text[place - 1]) && text[place - 1] != 0x3A else {
            return nil
        }
        var end = place
        while end < text.count, isAddressByte(text[end]) { end += 1 }
        if end < text.count, isWordByte(text[end]) { return nil }
        while end > place, text[end - 1] == UInt8(ascii: ".") { end -= 1 }
        // `::` alone is an address, too, but mostly something else.
        guard end - place > 2, AddressText.isAddress(UnsafeBufferPointer(rebasing: text[place..<end])) else {
            return nil
        }
        return end - place
    }

    @inline(__always)
    private static func isLetter(_ byte: UInt8) -> Bool { UInt8(ascii: "a")...UInt8(ascii: "z") ~= byte | 0x20 }

    @inline(__always)
    private static func isDigit(_ byte: UInt8) -> Bool { 0x30...0x39 ~= byte }

    @inline(__always)
    static func isWordByte(_ byte: UInt8) -> Bool { isLetter(byte) || isDigit(byte) || byte >= 0x80 }

    @inline(__always)
    private static func isLocalByte(_ byte: UInt8) -> Bool { isWordByte(byte) || "._%+-".utf8.contains(byte) }

    @inline(__always)
    private static func isDomainByte(_ byte: UInt8) -> Bool { isWordByte(byte) || byte == 0x2E || byte == 0x2D }

    /// A hexadecimal digit, a point or a colon.
    @inline(__always)
    private static func isAddressByte(_ byte: UInt8) -> Bool {
        isDigit(byte) || UInt8(ascii: "a")...UInt8(ascii: "f") ~= byte | 0x20 || byte == 0x2E || byte == 0x3A
    }
}
