import Catalogue
import Glibc
import Testing

@testable import Cutting
@testable import ExportFormat
@testable import TaskFormat

/// Every limit at both of its edges.
@Suite struct LimitTests {
    private static func limits(_ change: (inout ExportLimits) -> Void) -> ExportLimits {
        var limits = ExportLimits.standard
        change(&limits)
        return limits
    }

    private static func chunkLimits(_ change: (inout ChunkLimits) -> Void) -> ChunkLimits {
        var limits = ChunkLimits.standard
        change(&limits)
        return limits
    }

    private func expect(
        _ text: String, _ limits: ExportLimits, isTaken: Bool, sourceLocation: SourceLocation = #_sourceLocation
    ) throws {
        if isTaken {
            _ = try Fixture(text, limits: limits).survey()
        } else {
            #expect(try refusal(of: text, limits: limits).kind == .tooLarge, sourceLocation: sourceLocation)
        }
    }

    @Test func depth() throws {
        let limits = Self.limits { $0.maxDepth = 10 }
        for (depth, isTaken) in [(10, true), (11, false)] {
            let nested = String(repeating: "[", count: depth - 1) + String(repeating: "]", count: depth - 1)
            try expect("[{\"model\": \"a.b\", \"x\": \(nested)}]", limits, isTaken: isTaken)
        }
    }

    @Test func depthBeyondAllReason() throws {
        let nested = String(repeating: "[", count: 200_000)
        let error = try refusal(
            of: "[{\"model\": \"a.b\", \"x\": \(nested)\(String(repeating: "]", count: 200_000))}]")
        #expect(error.kind == .tooLarge && error.message.contains("200 levels"))
    }

    @Test func recordBytes() throws {
        let limits = Self.limits {
            $0.maxRecordBytes = 1000
            $0.blockBytes = 100
        }
        for (length, isTaken) in [(999, true), (1000, true), (1001, false), (5000, false)] {
            let row = "{\"model\": \"a.b\", \"x\": \"\"}"
            let padded = row.replacing("\"\"", with: "\"\(String(repeating: "y", count: length - row.utf8.count))\"")
            #expect(padded.utf8.count == length)
            try expect("[\(padded)]", limits, isTaken: isTaken)
        }
    }

    @Test func stringBytes() throws {
        let limits = Self.limits { $0.maxStringBytes = 500 }
        for (length, isTaken) in [(500, true), (501, false)] {
            let text = String(repeating: "y", count: length)
            try expect("[{\"model\": \"a.b\", \"x\": [\"\(text)\"]}]", limits, isTaken: isTaken)
            try expect("[{\"model\": \"a.b\", \"\(text)\": 1}]", limits, isTaken: isTaken)
            // Escapes count as what they stand for; the slow parser checks like the fast one.
            try expect("[{\"model\": \"a.b\", \"x\": \"\\u0041\(text.dropLast())\"}]", limits, isTaken: isTaken)
            try expect(
                "[{\"model\": \"a.b\", \"x\": [\"\(text)\", \(String(repeating: "9", count: 30))]}]", limits,
                isTaken: isTaken)
        }
    }

    @Test func recordValues() throws {
        // The row itself and its list are two brackets, and its keys are parted by one comma.
        let limits = Self.limits { $0.maxRecordValues = 103 }
        for (commas, isTaken) in [(100, true), (101, false), (10_000, false)] {
            let list = String(repeating: "1,", count: commas) + "1"
            try expect("[{\"model\": \"a.b\", \"x\": [\(list)]}]", limits, isTaken: isTaken)
            // What follows in the same block of the scanner does not count.
            let other = "{\"model\":\"a.b\",\"x\":[1,1,1,1,1,1]}"
            try expect("[{\"model\": \"a.b\", \"x\": [\(list)]},\(other),\(other)]", limits, isTaken: isTaken)
        }
        let text = String(repeating: ",[{", count: 200)
        try expect("[{\"model\": \"a.b\", \"x\": \"\(text)\"}]", limits, isTaken: true)
    }

    @Test func modelNames() throws {
        let limits = Self.limits {
            $0.maxModelNameBytes = 20
            $0.maxModels = 3
        }
        try expect("[{\"model\": \"a.\(String(repeating: "b", count: 18))\"}]", limits, isTaken: true)
        try expect("[{\"model\": \"a.\(String(repeating: "b", count: 19))\"}]", limits, isTaken: false)
        let rows = (1...4).map { "{\"model\": \"a.b\($0)\"}" }
        try expect("[\(rows.prefix(3).joined(separator: ","))]", limits, isTaken: true)
        try expect("[\(rows.joined(separator: ","))]", limits, isTaken: false)
    }

    @Test func chunkRows() throws {
        let limits = Self.chunkLimits { $0.maxRows = 50 }
        let fixture = try Fixture("[]")
        for size in [1, 50] { #expect(try fixture.survey(chunkSize: size, limits: limits).tasks == 0) }
        for size in [0, -1, 51] {
            #expect(throws: ExportError.self) { try fixture.survey(chunkSize: size, limits: limits) }
        }
    }

    @Test func chunkBytes() throws {
        let row = record("sentry.email", "{}")
        let text = "[\(Array(repeating: row, count: 6).joined(separator: ","))]"
        for (bytes, expected) in [
            (row.utf8.count * 3, [1, 4]), (row.utf8.count * 3 - 1, [1, 3, 5]), (1, [1, 2, 3, 4, 5, 6]),
        ] {
            let limits = Self.chunkLimits { $0.maxBytes = bytes }
            let fixture = try Fixture(text)
            #expect(
                try fixture.chunks(fixture.survey(limits: limits), limits: limits).map(\.minOrdinal)
                    == expected.map(Int64.init))
        }
    }

    /// Texts inside strings: JSON as deep as a row, Python literals less.
    @Test func depthInsideStrings() {
        func isTaken(_ text: String, _ parse: (UnsafeBufferPointer<UInt8>) throws -> Bool) -> Bool {
            Array(text.utf8).withUnsafeBufferPointer { (try? parse($0)) ?? false }
        }
        let json = TextParser(maxDepth: 10, takesNaN: false)
        let python = PythonLiteralParser()
        for (depth, fits) in [(10, true), (11, false)] {
            let lists = String(repeating: "[", count: depth) + String(repeating: "]", count: depth)
            #expect(isTaken(lists) { try json.parse($0).root.isArray } == fits)
            let objects = String(repeating: "{\"a\":", count: depth) + "1" + String(repeating: "}", count: depth)
            #expect(isTaken(objects) { try json.parse($0).root.isObject } == fits)
        }
        for (depth, fits) in [(16, true), (17, false)] {
            let lists = String(repeating: "[", count: depth) + String(repeating: "]", count: depth)
            #expect(isTaken(lists) { python.tape(of: $0) != nil } == fits)
        }
    }

    /// A payload states its size: a size that no enqueuer produces is not unpacked.
    @Test func unpackedChunkBytes() throws {
        let row = Array(record("sentry.email", "{\"email\":\"\(String(repeating: "y", count: 200))\"}").utf8)
        let body = [UInt8(1), 0, UInt8(row.count & 0x7F | 0x80), UInt8(row.count >> 7)] + row
        let payload = try ChunkEncoder().framed(body)
        // A chunk may have ten bytes more than its rows, and twenty more per row.
        for (room, isTaken) in [(body.count - 30, true), (body.count - 31, false)] {
            let limits = Self.chunkLimits {
                $0.maxBytes = room
                $0.maxRowBytes = room
                $0.maxRows = 1
            }
            let rows = try? ChunkDecoder.decode(
                payload, model: model("sentry.email"), now: fixedNow, catalogue: .standard, chunks: limits)
            #expect(rows?.count == (isTaken ? 1 : nil))
        }
    }

    /// A text of 100 MB that is one string: refused once a row's limit is reached, without being held.
    @Test func hugeString() throws {
        let head = Array("[{\"model\": \"a.b\", \"x\": \"".utf8)
        let source = EndlessSource(head)
        let reader = try RecordReader(source, limits: .standard)
        let error = #expect(throws: ExportError.self) { try reader.next() }
        #expect(error?.kind == .tooLarge)
        #expect(error?.place.record == 1 && error?.place.byte == 1)
        #expect(source.given < 9 << 20)
    }
}

/// A beginning, and then one letter repeated without end.
private final class EndlessSource: ByteSource {
    private let head: [UInt8]
    private(set) var given = 0

    init(_ head: [UInt8]) { self.head = head }

    func read(into buffer: UnsafeMutableRawBufferPointer) throws(ExportError) -> Int {
        for offset in buffer.indices { buffer[offset] = given + offset < head.count ? head[given + offset] : 0x61 }
        given += buffer.count
        return buffer.count
    }
}
