/// The beginning of a text, and what a wrong beginning says about the text.
enum TextStart {
    /// Skips UTF-8's byte order mark; refuses those of other encodings.
    static func skipMark(_ buffer: RecordBuffer) throws(ExportError) {
        while buffer.end - buffer.start < 4, try buffer.fill() {}
        let head = UnsafeBufferPointer(start: buffer.base + buffer.start, count: min(4, buffer.end - buffer.start))
        if head.starts(with: [0xEF, 0xBB, 0xBF]) {
            buffer.start += 3
        } else if isWide(head) {
            throw ExportError(
                .badData, "the export is UTF-16 or UTF-32 text; convert it to UTF-8", place: ExportPlace(byte: 0))
        }
    }

    private static func isWide(_ head: UnsafeBufferPointer<UInt8>) -> Bool {
        guard head.count >= 2 else { return false }
        if head[0] == 0xFF && head[1] == 0xFE || head[0] == 0xFE && head[1] == 0xFF { return true }
        // Text that begins with ASCII has a zero byte here only in UTF-16 and UTF-32.
        return head[0] == 0 || head[1] == 0
    }

    /// A list was expected.
    static func complaint(about byte: UInt8) -> String {
        switch kind(byte) {
        case "no JSON": "the export is neither JSON nor a tarball; it must be a list of rows"
        case let kind: "the export is \(kind); it must be a list of rows"
        }
    }

    /// The kind of a value, by its first byte.
    static func kind(_ byte: UInt8) -> String {
        switch byte {
        case UInt8(ascii: "["): "a list"
        case UInt8(ascii: "{"): "an object"
        case UInt8(ascii: "\""): "a string"
        case UInt8(ascii: "t"), UInt8(ascii: "f"): "a boolean or no JSON"
        case UInt8(ascii: "n"): "null or no JSON"
        case UInt8(ascii: "-"), 0x30...0x39: "a number"
        default: "no JSON"
        }
    }
}
