import CSimdJSON

/// Removes the white space from rows. Owns its working memory.
public final class RowMinifier {
    private var room: [UInt8] = []

    /// Bytes of memory that are kept from one row to the next.
    private static let keptBytes = 1 << 20

    public init() {}

    /// Hands the text without its white space to `body`. The text is valid JSON.
    public func minified<Result>(
        _ text: UnsafeBufferPointer<UInt8>, _ body: (UnsafeBufferPointer<UInt8>) -> Result
    ) -> Result {
        if room.count < text.count + RecordParser.padding {
            room = Array(repeating: 0, count: text.count * 5 / 4 + RecordParser.padding)
        }
        let count = csimdjson_minify(text.baseAddress, text.count, &room)
        let result = room.withUnsafeBufferPointer { body(UnsafeBufferPointer(rebasing: $0[..<count])) }
        // The memory of an unusually large row is freed.
        if room.count > Self.keptBytes { room = [] }
        return result
    }
}
