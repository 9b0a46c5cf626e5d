import CSimdJSON

/// Parses one element of an export at a time. simdjson comes first; ``TextParser`` parses again what simdjson refuses,
/// to take integers of any size and to say where a mistake is.
final class RecordParser {
    /// Bytes that must be readable after every text.
    static let padding = Int(CSIMDJSON_PADDING)
    /// A longer text makes the parser grow until it is parsed.
    private static let keptBytes = 256 << 10

    private let parser: OpaquePointer
    private let slow: TextParser
    private let limits: ExportLimits

    init(limits: ExportLimits) throws(ExportError) {
        guard let parser = csimdjson_create(limits.maxDepth) else {
            throw ExportError(.outOfMemory, "not enough memory for the parser")
        }
        self.parser = parser
        self.limits = limits
        slow = TextParser(maxDepth: limits.maxDepth, takesNaN: false)
    }

    deinit { csimdjson_destroy(parser) }

    /// The tape of one text; valid until the next call. `padding` bytes after the text are read, not used.
    @inline(__always)
    func parse(_ text: UnsafeBufferPointer<UInt8>) throws(TextFault) -> Tape {
        let tape: Tape
        if let fast = fastTape(of: text) { tape = fast } else { tape = try slow.parse(text) }
        if text.count > limits.maxStringBytes { try refuseOverlongStrings(tape) }
        return tape
    }

    private func fastTape(of text: UnsafeBufferPointer<UInt8>) -> Tape? {
        var words: UnsafePointer<UInt64>?
        var strings: UnsafePointer<UInt8>?
        let code = csimdjson_parse(parser, text.baseAddress, text.count, Self.keptBytes, &words, &strings)
        guard code == 0, let words, let strings else { return nil }
        return Tape(words: words, strings: strings)
    }

    /// Only a text longer than the limit for strings can hold a string longer than that limit.
    private func refuseOverlongStrings(_ tape: Tape) throws(TextFault) {
        let end = tape.root.next
        var index = 1
        while index < end {
            let value = TapeValue(tape: tape, index: index)
            if value.isString, value.bytes.count > limits.maxStringBytes {
                throw TextFault(
                    offset: 0, problem: "holds a string of more than \(limits.maxStringBytes) bytes", isRefusal: true)
            }
            index = value.isObject || value.isArray ? index + 1 : value.next
        }
    }
}
