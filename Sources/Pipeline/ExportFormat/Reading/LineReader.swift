/// Reads a text line by line, with memory for one line.
package final class LineReader {
    /// A line, or what is known of one that is too long to be kept.
    package enum Line: Sendable, Equatable {
        case text([UInt8])
        case tooLong
    }

    private let source: any ByteSource
    private let block: UnsafeMutableRawBufferPointer
    private let maxBytes: Int
    private var used = 0
    private var count = 0
    /// That of the line read last, from 1 on.
    package private(set) var number: Int64 = 0
    /// Bytes of the text that were read.
    package private(set) var bytesRead: Int64 = 0

    private static let blockBytes = 256 << 10

    /// - Parameter maxBytes: of a line that is kept
    package init(_ source: ExportSource, maxBytes: Int) throws(ExportError) {
        self.source = try source.text()
        self.maxBytes = maxBytes
        block = .allocate(byteCount: Self.blockBytes, alignment: 16)
    }

    deinit { block.deallocate() }

    /// The next line without its end; nil after the last one.
    package func next() throws(ExportError) -> Line? {
        var line: [UInt8] = []
        var isTooLong = false
        var isAtEnd = false
        var isEmpty = true
        while !isAtEnd {
            if used == count {
                used = 0
                count = try source.read(into: block)
                bytesRead += Int64(count)
                if count == 0 { break }
            }
            isEmpty = false
            let rest = UnsafeRawBufferPointer(rebasing: block[used..<count])
            let end = rest.firstIndex(of: UInt8(ascii: "\n"))
            let part = rest[..<(end ?? rest.count)]
            if line.count + part.count > maxBytes { isTooLong = true }
            if !isTooLong { line.append(contentsOf: part) }
            used += part.count + (end == nil ? 0 : 1)
            isAtEnd = end != nil
        }
        guard !isEmpty else { return nil }
        number += 1
        return isTooLong ? .tooLong : .text(line)
    }
}
