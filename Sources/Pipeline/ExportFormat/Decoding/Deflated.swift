import CZlib

/// Bytes that zlib has compressed.
enum Deflated {
    /// Bytes that a text of old versions expands to at most.
    private static let maxBytes = 8 << 20
    private static let firstRoom = 64 << 10

    /// Whether a text may be base64 of such bytes: these begin with 0x78.
    static func mayHold(_ text: UnsafeBufferPointer<UInt8>) -> Bool {
        text.count > 8 && text[0] == UInt8(ascii: "e") && 0x41...0x50 ~= text[1]
    }

    /// The bytes before they were compressed; nil for anything else, and for too many.
    static func bytes(_ packed: [UInt8]) -> [UInt8]? {
        var room = firstRoom
        while room <= maxBytes {
            var code = Z_OK
            let out = [UInt8](unsafeUninitializedCapacity: room) { buffer, count in
                var length = UInt(room)
                code = uncompress(buffer.baseAddress, &length, packed, UInt(packed.count))
                count = code == Z_OK ? Int(length) : 0
            }
            if code == Z_OK { return out }
            guard code == Z_BUF_ERROR else { return nil }
            room *= 8
        }
        return nil
    }
}
