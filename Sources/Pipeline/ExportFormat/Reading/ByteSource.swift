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
                line += Self.lineEnds(UnsafeRawBufferPointer(rebasing: block[used..<end]))
                used = end
            }
            lines[byte] = line
        }
        return lines
    }

    /// 64 bytes at a time, each place with a count of its own that fits a byte.
    private static func lineEnds(_ text: UnsafeRawBufferPointer) -> Int64 {
        let width = SIMD64<UInt8>.scalarCount
        var total: Int64 = 0
        var start = 0
        while text.count - start >= width {
            var counts = SIMD64<UInt8>.zero
            for _ in 0..<min((text.count - start) / width, Int(UInt8.max)) {
                let isEnd = text.loadUnaligned(fromByteOffset: start, as: SIMD64<UInt8>.self) .== UInt8(ascii: "\n")
                counts.replace(with: counts &+ 1, where: isEnd)
                start += width
            }
            for place in 0..<width { total += Int64(counts[place]) }
        }
        return total + Int64(text[start...].count { $0 == UInt8(ascii: "\n") })
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
