/// Decodes the base64 text of a tarball's member, in the alphabet for URLs or in the standard one. White space does not
/// count, and padding may be missing.
final class Base64URLReader {
    private let archive: ArchiveReader
    private let block = UnsafeMutableRawBufferPointer.allocate(byteCount: 64 << 10, alignment: 16)
    private var start = 0
    private var end = 0
    /// Digits of a group of four that is not complete yet.
    private var group: UInt32 = 0
    private var digits = 0
    private var padding = 0

    private static let space: UInt8 = 0x80
    private static let pad: UInt8 = 0x81
    private static let bad: UInt8 = 0xFF

    /// Byte → six bits, or one of the marks above.
    private static let table: [UInt8] = {
        var table = Array(repeating: bad, count: 256)
        let alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
        for (value, byte) in alphabet.utf8.enumerated() { table[Int(byte)] = UInt8(value) }
        table[Int(UInt8(ascii: "+"))] = 62
        table[Int(UInt8(ascii: "/"))] = 63
        for byte in [0x09, 0x0A, 0x0D, 0x20] { table[byte] = space }
        table[Int(UInt8(ascii: "="))] = pad
        return table
    }()

    init(_ archive: ArchiveReader) { self.archive = archive }

    deinit { block.deallocate() }

    /// Reads up to `buffer.count` bytes, which is three or more; 0 only at the end.
    func read(into buffer: UnsafeMutableRawBufferPointer) throws(ExportError) -> Int {
        var written = 0
        while written + 3 <= buffer.count {
            if start == end {
                if written > 0 { return written }
                start = 0
                end = try archive.read(into: block)
                if end == 0 { return try finish(buffer) }
            }
            written += try decode(into: UnsafeMutableRawBufferPointer(rebasing: buffer[written...]))
        }
        return written
    }

    /// Decodes a last group that lacks its padding.
    private func finish(_ out: UnsafeMutableRawBufferPointer) throws(ExportError) -> Int {
        guard digits > 0 else { return 0 }
        group <<= UInt32(6 * (4 - digits))
        padding += 4 - digits
        return try flush(out, at: 0)
    }

    private func decode(into out: UnsafeMutableRawBufferPointer) throws(ExportError) -> Int {
        var written = 0
        try Self.table.withBytes { table throws(ExportError) in
            while start < end, written + 3 <= out.count {
                if digits == 0, padding == 0 {
                    written += quickly(table, UnsafeMutableRawBufferPointer(rebasing: out[written...]))
                    if start == end || written + 3 > out.count { break }
                }
                let digit = table[Int(block[start])]
                start += 1
                if digit == Self.space { continue }
                if digit == Self.pad {
                    padding += 1
                } else if digit == Self.bad || padding > 0 {
                    throw Self.broken
                }
                group = group << 6 | UInt32(digit == Self.pad ? 0 : digit)
                digits += 1
                if digits == 4 { written += try flush(out, at: written) }
            }
        }
        return written
    }

    /// Whole groups of nothing but digits.
    private func quickly(_ table: UnsafeBufferPointer<UInt8>, _ out: UnsafeMutableRawBufferPointer) -> Int {
        var written = 0
        while end - start >= 4, written + 3 <= out.count {
            let first = table[Int(block[start])]
            let second = table[Int(block[start + 1])]
            let third = table[Int(block[start + 2])]
            let fourth = table[Int(block[start + 3])]
            if (first | second | third | fourth) & 0x80 != 0 { break }
            out[written] = first << 2 | second >> 4
            out[written + 1] = second << 4 | third >> 2
            out[written + 2] = third << 6 | fourth
            written += 3
            start += 4
        }
        return written
    }

    /// Writes the bytes of a complete group, without its padding.
    private func flush(_ out: UnsafeMutableRawBufferPointer, at place: Int) throws(ExportError) -> Int {
        guard padding <= 2 else { throw Self.broken }
        let count = 3 - padding
        for offset in 0..<count { out[place + offset] = UInt8(truncatingIfNeeded: group >> UInt32(16 - 8 * offset)) }
        group = 0
        digits = 0
        return count
    }

    private static let broken = ExportError(
        .badData, "the tarball's export.json is not base64 text; it is damaged or truncated, encrypt it again")
}
