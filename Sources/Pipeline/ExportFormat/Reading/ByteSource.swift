/// A stream of the export's JSON text.
protocol ByteSource: AnyObject {
    /// Reads up to `buffer.count` bytes; 0 only at the end. The buffer is not empty.
    func read(into buffer: UnsafeMutableRawBufferPointer) throws(ExportError) -> Int
}

extension ByteSource {
    /// 1-based line of a byte, counted from the beginning.
    func line(of byte: Int64) throws(ExportError) -> Int64 {
        let block = UnsafeMutableRawBufferPointer.allocate(byteCount: 256 << 10, alignment: 16)
        defer { block.deallocate() }
        var line: Int64 = 1
        var left = byte
        while left > 0 {
            let count = try read(into: block)
            if count == 0 { break }
            line += Int64(block[..<min(count, Int(clamping: left))].count { $0 == UInt8(ascii: "\n") })
            left -= Int64(count)
        }
        return line
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
