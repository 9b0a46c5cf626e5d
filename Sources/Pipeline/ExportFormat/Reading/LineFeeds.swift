import CSimdJSON

/// Counts the line feeds of a text while it is read, block by block.
final class LineFeeds {
    private(set) var count: Int64 = 0

    func update(_ bytes: UnsafeRawBufferPointer) { count += Self.count(bytes) }

    static func count(_ bytes: UnsafeRawBufferPointer) -> Int64 {
        let bytes = bytes.assumingMemoryBound(to: UInt8.self)
        return Int64(csimdjson_line_feeds(bytes.baseAddress, bytes.count))
    }
}
