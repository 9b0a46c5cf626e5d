import Testing

@testable import ExportFormat

@Suite struct LineTests {
    /// A text that comes in pieces.
    private final class Pieces: ByteSource {
        private var rest: ArraySlice<UInt8>
        private let bytes: Int

        init(_ text: [UInt8], of bytes: Int) { (rest, self.bytes) = (text[...], bytes) }

        func read(into buffer: UnsafeMutableRawBufferPointer) -> Int {
            let piece = rest.prefix(min(bytes, buffer.count))
            buffer.copyBytes(from: piece)
            rest = rest.dropFirst(piece.count)
            return piece.count
        }
    }

    /// Lines of all lengths, and bytes that differ from a line feed in one bit.
    @Test(arguments: [1, 7, 8, 9, 64, 100_000]) func everyByteHasItsLine(_ bytes: Int) throws {
        var text: [UInt8] = []
        for length in 0..<40 {
            text += (0..<length).map { [0x0B, 0x8A, 0x00, 0xFF, 0x1A, 0x0D][$0 % 6] } + [0x0A]
        }
        text += [0x0A, 0x0A, 0x0A]
        var expected: [Int64: Int64] = [:]
        var line: Int64 = 1
        for (place, byte) in text.enumerated() {
            expected[Int64(place)] = line
            if byte == 0x0A { line += 1 }
        }
        #expect(try Pieces(text, of: bytes).lines(of: expected.keys) == expected)
        // Few of them are asked for at a time, too.
        for place in stride(from: Int64(0), to: Int64(text.count), by: 11) {
            #expect(try Pieces(text, of: bytes).lines(of: [place])[place] == expected[place])
        }
    }
}
