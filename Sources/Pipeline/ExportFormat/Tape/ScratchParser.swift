import CSimdJSON
import Glibc

/// Parses texts that lie inside other texts with simdjson, which needs room behind them: in memory of its own.
final class ScratchParser {
    private let parser: OpaquePointer?
    private var text: UnsafeMutablePointer<UInt8>
    private var capacity = 4096
    /// A longer text is left to ``TextParser``.
    private static let maxBytes = 1 << 20

    init(maxDepth: Int) {
        // Without memory for it every text is left to ``TextParser``.
        parser = csimdjson_create(maxDepth)
        text = .allocate(capacity: capacity)
    }

    deinit {
        if let parser { csimdjson_destroy(parser) }
        text.deallocate()
    }

    /// The tape of one text, valid until the next call; nil if simdjson refuses the text. ``TextParser`` may take it.
    func parse(_ bytes: UnsafeBufferPointer<UInt8>) -> Tape? {
        guard let parser, let base = bytes.baseAddress, bytes.count <= Self.maxBytes else { return nil }
        reserve(bytes.count + RecordParser.padding)
        memcpy(text, base, bytes.count)
        memset(text + bytes.count, 0, RecordParser.padding)
        var words: UnsafePointer<UInt64>?
        var strings: UnsafePointer<UInt8>?
        let code = csimdjson_parse(parser, text, bytes.count, Self.maxBytes, &words, &strings)
        guard code == 0, let words, let strings else { return nil }
        return Tape(words: words, strings: strings)
    }

    private func reserve(_ count: Int) {
        guard count > capacity else { return }
        text.deallocate()
        capacity = max(count, capacity * 2)
        text = .allocate(capacity: capacity)
    }
}
