import CZlib

/// Bytes that zlib has compressed.
package enum Deflated {
    /// Bytes that a text of old versions expands to at most.
    package static let maxBytes = 8 << 20
    private static let firstRoom = 64 << 10

    /// Whether a text may be base64 of such bytes: these begin with 0x78.
    static func mayHold(_ text: UnsafeBufferPointer<UInt8>) -> Bool {
        text.count > 8 && text[0] == UInt8(ascii: "e") && 0x41...0x50 ~= text[1]
    }

    /// The bytes before they were compressed; nil for anything else, and for too many.
    package static func bytes(_ packed: [UInt8], limit: Int = maxBytes) -> [UInt8]? {
        var room = firstRoom
        while room <= limit {
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

/// Compresses texts one after the other as zlib does by default, byte for byte. One instance serves one thread.
package final class Deflater {
    private var stream = z_stream()
    private let isReady: Bool

    package init() {
        isReady =
            deflateInit_(
                &stream, Z_DEFAULT_COMPRESSION, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size)) == Z_OK
    }

    deinit { if isReady { deflateEnd(&stream) } }

    /// One complete stream; nil without memory for it.
    package func bytes(_ text: [UInt8]) -> [UInt8]? {
        guard isReady, deflateReset(&stream) == Z_OK else { return nil }
        var isDone = false
        let out = [UInt8](unsafeUninitializedCapacity: Int(deflateBound(&stream, UInt(text.count)))) { room, count in
            text.withUnsafeBufferPointer { text in
                stream.next_in = UnsafeMutablePointer(mutating: text.baseAddress)
                stream.avail_in = UInt32(text.count)
                stream.next_out = room.baseAddress
                stream.avail_out = UInt32(room.count)
                isDone = deflate(&stream, Z_FINISH) == Z_STREAM_END
                count = room.count - Int(stream.avail_out)
            }
        }
        return isDone ? out : nil
    }
}
