/// A stream of the export's JSON text.
protocol ByteSource: AnyObject {
    /// Reads up to `buffer.count` bytes; 0 only at the end. The buffer is not empty.
    func read(into buffer: UnsafeMutableRawBufferPointer) throws(ExportError) -> Int
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
