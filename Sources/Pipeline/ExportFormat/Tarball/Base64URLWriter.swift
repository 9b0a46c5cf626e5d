/// Writes bytes as base64url text into a sink, with padding at the end.
final class Base64URLWriter {
    private let sink: any ByteSink
    /// Bytes of a group of three that is not complete yet.
    private var group: [UInt8] = []
    private let block = UnsafeMutableRawBufferPointer.allocate(byteCount: 64 << 10, alignment: 16)
    /// Characters written so far.
    private(set) var count = 0

    private static let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_".utf8)

    init(to sink: any ByteSink) { self.sink = sink }

    deinit { block.deallocate() }

    func write(_ bytes: UnsafeRawBufferPointer) throws(ExportError) {
        var rest = bytes
        while !group.isEmpty, let byte = rest.first {
            group.append(byte)
            rest = UnsafeRawBufferPointer(rebasing: rest.dropFirst())
            if group.count == 3 { try flush() }
        }
        while rest.count >= 3 {
            let whole = min(rest.count / 3 * 3, block.count / 4 * 3)
            try encode(UnsafeRawBufferPointer(rebasing: rest[..<whole]))
            rest = UnsafeRawBufferPointer(rebasing: rest[whole...])
        }
        group += rest
    }

    func finish() throws(ExportError) { if !group.isEmpty { try flush() } }

    /// Writes what is left of the group, filled up with padding.
    private func flush() throws(ExportError) {
        let padding = 3 - group.count
        let whole = group + Array(repeating: 0, count: padding)
        group = []
        try whole.withBytes { bytes throws(ExportError) in
            try encode(UnsafeRawBufferPointer(bytes), padding: padding)
        }
    }

    /// - Parameter groups: whole groups, as many as fit into the block
    private func encode(_ groups: UnsafeRawBufferPointer, padding: Int = 0) throws(ExportError) {
        let length = groups.count / 3 * 4
        Self.alphabet.withUnsafeBufferPointer { digits in
            var place = 0
            for start in stride(from: 0, to: groups.count, by: 3) {
                let bits = Int(groups[start]) << 16 | Int(groups[start + 1]) << 8 | Int(groups[start + 2])
                block[place] = digits[bits >> 18]
                block[place + 1] = digits[bits >> 12 & 63]
                block[place + 2] = digits[bits >> 6 & 63]
                block[place + 3] = digits[bits & 63]
                place += 4
            }
        }
        for place in length - padding..<length { block[place] = UInt8(ascii: "=") }
        count += length
        try sink.write(UnsafeRawBufferPointer(rebasing: block[..<length]))
    }
}
