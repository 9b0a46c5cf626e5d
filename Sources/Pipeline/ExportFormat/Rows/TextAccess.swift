/// Reads parts of an export's text again. Where the file is the text, any part costs the same. The text of a tarball or of
/// a compressed file is made anew from its beginning if a part lies before the last one; it never touches a disk.
package final class TextAccess {
    private let source: ExportSource
    private var stream: (any ByteSource)?
    /// Place in the text of what the stream gives next.
    private var position: Int64 = 0

    package init(_ source: ExportSource) { self.source = source }

    /// Whether parts may be read in any order at the same cost.
    package var isRandom: Bool { source.plainFile != nil }

    /// Fills the buffer with the text from an offset on. Throws `changed` if the text ends before.
    package func read(at offset: Int64, into buffer: UnsafeMutableRawBufferPointer) throws(ExportError) {
        if let file = source.plainFile {
            var place = Int(offset)
            try fill(buffer) { room throws(ExportError) in
                let count = try file.read(at: place, into: room)
                place += count
                return count
            }
            return
        }
        let stream = try stream(at: offset)
        try fill(buffer) { room throws(ExportError) in try stream.read(into: room) }
        position += Int64(buffer.count)
    }

    /// The refusal of a file that changes while it is read.
    package var changed: ExportError { source.changed }

    /// Throws if the file is no longer the one that was opened.
    package func requireUnchanged() throws(ExportError) { try source.requireUnchanged() }

    private func fill(
        _ buffer: UnsafeMutableRawBufferPointer,
        _ read: (UnsafeMutableRawBufferPointer) throws(ExportError) -> Int
    ) throws(ExportError) {
        var filled = 0
        while filled < buffer.count {
            let count = try read(UnsafeMutableRawBufferPointer(rebasing: buffer[filled...]))
            if count == 0 { throw source.changed }
            filled += count
        }
    }

    private func stream(at offset: Int64) throws(ExportError) -> any ByteSource {
        if stream == nil || offset < position {
            stream = try source.text()
            position = 0
        }
        guard let stream else { throw source.changed }
        let block = UnsafeMutableRawBufferPointer.allocate(byteCount: 256 << 10, alignment: 16)
        defer { block.deallocate() }
        while position < offset {
            let room = block[..<min(block.count, Int(offset - position))]
            let count = try stream.read(into: UnsafeMutableRawBufferPointer(rebasing: room))
            if count == 0 { throw source.changed }
            position += Int64(count)
        }
        return stream
    }
}
