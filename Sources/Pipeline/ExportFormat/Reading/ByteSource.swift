/// A stream of the export's JSON text.
protocol ByteSource: AnyObject {
    /// Reads up to `buffer.count` bytes; 0 only at the end. The buffer is not empty.
    func read(into buffer: UnsafeMutableRawBufferPointer) throws(ExportError) -> Int
}

extension ByteSource {
    /// The 1-based lines of bytes, counted from the beginning. Reads up to the last of them.
    func lines(of bytes: some Sequence<Int64>) throws(ExportError) -> [Int64: Int64] {
        let block = UnsafeMutableRawBufferPointer.allocate(byteCount: 256 << 10, alignment: 16)
        defer { block.deallocate() }
        var lines: [Int64: Int64] = [:]
        var line: Int64 = 1
        var start: Int64 = 0
        var count = 0
        // The part of the block that is counted.
        var used = 0
        for byte in bytes.sorted() {
            while byte > start + Int64(used) {
                if used == count {
                    start += Int64(count)
                    (used, count) = (0, try read(into: block))
                    if count == 0 { break }
                }
                let end = min(count, Int(clamping: byte - start))
                line += LineFeeds.count(UnsafeRawBufferPointer(rebasing: block[used..<end]))
                used = end
            }
            lines[byte] = line
        }
        return lines
    }
}

/// A file that is the JSON text itself.
final class PlainBytes: ByteSource {
    private let file: OpenFile
    private let blockBytes: Int
    private var offset = 0

    init(_ file: OpenFile, blockBytes: Int) throws(ExportError) {
        self.file = file
        self.blockBytes = blockBytes
        try file.requireUnchanged()
    }

    func read(into buffer: UnsafeMutableRawBufferPointer) throws(ExportError) -> Int {
        let wanted = UnsafeMutableRawBufferPointer(rebasing: buffer[..<min(buffer.count, blockBytes)])
        let count = try file.read(at: offset, into: wanted)
        offset += count
        if count == 0 { try file.requireUnchanged() }
        return count
    }
}
