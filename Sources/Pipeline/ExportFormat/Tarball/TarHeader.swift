/// The parts of a tar that frame its members: ustar headers as Python writes them, and padding.
enum TarHeader {
    static let bytes = 512
    /// A tar ends at a whole number of these.
    private static let recordBytes = 10_240

    /// The header of a regular file of mode 0644, of no owner and no time.
    ///
    /// - Parameter size: bytes of the file; from 8 GiB on they are written in binary, as GNU tar does
    static func of(_ name: String, size: Int) -> [UInt8] {
        var header = [UInt8](repeating: 0, count: bytes)
        func put(_ text: some Sequence<UInt8>, at place: Int) {
            for (offset, byte) in text.enumerated() { header[place + offset] = byte }
        }
        put(name.utf8, at: 0)
        put(octal(0o644, digits: 7), at: 100)
        put(octal(0, digits: 7), at: 108)
        put(octal(0, digits: 7), at: 116)
        put(sizeField(size), at: 124)
        put(octal(0, digits: 11), at: 136)
        put("        0".utf8, at: 148)
        put("ustar\u{0}00".utf8, at: 257)
        // The check sum counts its own field as eight spaces.
        put(octal(header.reduce(0) { $0 + Int($1) }, digits: 6) + [0], at: 148)
        return header
    }

    /// Zeros that fill a member of that size up to whole blocks.
    static func padding(after size: Int) -> [UInt8] { Array(repeating: 0, count: (bytes - size % bytes) % bytes) }

    /// What ends a tar whose members take that many bytes.
    static func end(after size: Int) -> [UInt8] {
        let least = size + 2 * bytes
        return Array(repeating: 0, count: (least + recordBytes - 1) / recordBytes * recordBytes - size)
    }

    private static func octal(_ number: Int, digits: Int) -> [UInt8] {
        let text = String(number, radix: 8)
        return Array((String(repeating: "0", count: max(0, digits - text.count)) + text).utf8)
    }

    private static func sizeField(_ size: Int) -> [UInt8] {
        if size < 1 << 33 { return octal(size, digits: 11) }
        return [0x80, 0, 0, 0] + (0..<8).reversed().map { UInt8(truncatingIfNeeded: size >> (8 * $0)) }
    }
}
