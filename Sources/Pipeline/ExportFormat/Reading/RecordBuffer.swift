/// The part of a text that is being read. Owns its memory, which grows up to the limit of one record.
// Eleven properties: the memory, the window in it and the counts change together with every block.
final class RecordBuffer {
    private let source: any ByteSource
    private let maxBytes: Int
    private(set) var base: UnsafeMutablePointer<UInt8>
    private var capacity: Int
    private let startCapacity: Int
    /// The first byte not yet consumed, and the end of what has been read.
    var start = 0
    private(set) var end = 0
    /// Offset of the buffer's beginning in the text.
    private var origin: Int64 = 0
    private(set) var isAtEnd = false
    /// Bytes read from the source.
    private(set) var bytesRead: Int64 = 0
    var onRead: (UnsafeRawBufferPointer) -> Void = { _ in }

    /// `maxBytes` is the longest part that may be requested.
    init(_ source: any ByteSource, blockBytes: Int, maxBytes: Int) {
        self.source = source
        self.maxBytes = maxBytes
        startCapacity = max(blockBytes, 64)
        capacity = startCapacity
        base = .allocate(capacity: capacity + RecordParser.padding)
        base.initialize(repeating: 0, count: capacity + RecordParser.padding)
    }

    deinit { base.deallocate() }

    /// What has been read and not consumed.
    var unread: UnsafeBufferPointer<UInt8> { UnsafeBufferPointer(start: base + start, count: end - start) }

    /// The text offset of a place in the buffer.
    func offset(of place: Int) -> Int64 { origin + Int64(place) }

    /// Reads more; false at the end of the text. Moves what is not consumed to the front, so that places change by
    /// what ``start`` changes by. Does not throw for a record that is too long: the caller checks.
    func fill() throws(ExportError) -> Bool {
        if isAtEnd { return false }
        if start > 0 { moveToFront() }
        if end == capacity { grow() }
        let room = UnsafeMutableRawBufferPointer(start: base + end, count: capacity - end)
        let count = try source.read(into: room)
        if count == 0 {
            isAtEnd = true
            return false
        }
        onRead(UnsafeRawBufferPointer(start: base + end, count: count))
        end += count
        bytesRead += Int64(count)
        return true
    }

    private func moveToFront() {
        let rest = end - start
        if rest == 0, capacity > startCapacity {
            replace(capacity: startCapacity, keeping: 0)
        } else {
            base.update(from: base + start, count: rest)
        }
        origin += Int64(start)
        start = 0
        end = rest
    }

    private func grow() {
        replace(capacity: min(capacity * 2, max(maxBytes, capacity + startCapacity)), keeping: end)
    }

    private func replace(capacity wanted: Int, keeping count: Int) {
        let bigger = UnsafeMutablePointer<UInt8>.allocate(capacity: wanted + RecordParser.padding)
        bigger.initialize(from: base, count: count)
        (bigger + count).initialize(repeating: 0, count: wanted + RecordParser.padding - count)
        base.deallocate()
        base = bigger
        capacity = wanted
    }
}
