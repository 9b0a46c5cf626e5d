import Catalogue
import Testing

@testable import Storage

/// Values that a server should never send are refused, without a crash.
@Suite("Malformed binary values of a server")
struct WireReaderTests {
    /// The head of an array: dimensions, flags, element type, then size and lower bound of each.
    private func array(_ dimensions: Int32, _ sizes: [Int32], elements: Int = 0) -> WireBuffer {
        let buffer = WireBuffer()
        buffer.append(dimensions)
        buffer.append(Int32(0))
        buffer.append(PostgresType.float8)
        for size in sizes {
            buffer.append(size)
            buffer.append(Int32(1))
        }
        for _ in 0..<elements {
            buffer.append(Int32(8))
            buffer.append(Int64(0))
        }
        return buffer
    }

    @Test("Arrays with impossible sizes")
    func arrays() {
        let strange = [
            array(-1, []), array(7, Array(repeating: 1, count: 7), elements: 1), array(1, [-1]), array(2, [1, -5]),
            array(2, [.max, .max]), array(6, Array(repeating: .max, count: 6)), array(1, [3], elements: 1),
            array(2, [3, 0]), array(2, [0, 0]),
        ]
        for buffer in strange {
            var reader = WireReader(buffer.bytes)
            #expect(reader.value(as: .doubleArray) == nil)
        }
        let sound = array(2, [1, 2], elements: 2)
        var reader = WireReader(sound.bytes)
        #expect(reader.value(as: .doubleArray) == .doubleArray([[0, 0]]))
    }

    @Test("Every type, of every length")
    func lengths() {
        let types: [ColumnType] = [
            .smallint, .integer, .bigint, .boolean, .double, .varchar(5), .text, .citext, .inet, .uuid, .timestamptz,
            .timestamp, .json, .jsonb, .textArray, .doubleArray,
        ]
        for byte: UInt8 in [0x00, 0x7F, 0x80, 0xFF] {
            for length in 0...64 {
                let buffer = WireBuffer()
                for _ in 0..<length { buffer.append(byte) }
                for type in types {
                    var reader = WireReader(buffer.bytes)
                    let value = reader.value(as: type)
                    if type == .uuid { #expect((value != nil) == (length == 16)) }
                    if type == .double { #expect((value != nil) == (length == 8)) }
                }
            }
        }
    }
}
