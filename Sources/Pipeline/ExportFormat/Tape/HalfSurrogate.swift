/// Half a surrogate pair in text that Python has read from JSON. A text has no such character; on a tape it is the three
/// bytes that UTF-8 would have for it.
enum HalfSurrogate {
    static func bytes(_ unit: UInt16) -> [UInt8] {
        [0xED, 0x80 | UInt8(unit >> 6 & 0x3F), 0x80 | UInt8(unit & 0x3F)]
    }

    /// The place and the code unit of the first half from a place on.
    static func first(in bytes: UnsafeBufferPointer<UInt8>, from start: Int) -> (place: Int, unit: UInt16)? {
        var at = start
        while let place = bytes[at...].firstIndex(of: 0xED) {
            if place + 2 < bytes.count, bytes[place + 1] >= 0xA0 {
                return (place, 0xD000 | UInt16(bytes[place + 1] & 0x3F) << 6 | UInt16(bytes[place + 2] & 0x3F))
            }
            at = place + 1
        }
        return nil
    }
}
