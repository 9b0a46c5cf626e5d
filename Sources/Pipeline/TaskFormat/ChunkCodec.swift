import CZstd

/// An unpacked payload: the JSON text of each row, not decoded yet.
public struct PackedChunk: Sendable {
    /// Model → its first ordinal that comes after this chunk in the file. Names only models that rows of this chunk may
    /// refer to. Empty if parents come before their children.
    public let hidden: [String: Int64]
    /// Each row's ordinal and the range of its text in ``body``.
    public let rows: [(ordinal: Int64, text: Range<Int>)]
    /// The rows' texts, followed by the requested padding of zero bytes.
    public let body: [UInt8]
}

/// Reads chunk payloads, which ``ChunkEncoder`` writes.
///
/// A payload is a version byte and a zstd frame with a checksum. The frame holds the smallest ordinal as a varint. For
/// each row follow its distance from that ordinal and its length as varints, and its JSON without white space. Version
/// 2 has the hidden models before the rows: their number, and for each the length of its name, the name and the ordinal.
public enum ChunkCodec {
    package static let version: UInt8 = 1
    package static let versionWithHidden: UInt8 = 2
    /// The most bytes that the hidden models of a chunk take: a model has few references.
    private static let maxHiddenBytes = 4096

    package static let damaged = TaskFormatError(
        .damaged, "a chunk's payload is damaged or of another version; delete the relocation and enqueue it again")

    /// Unpacks a payload. Throws ``TaskFormatError/Kind/damaged`` for anything else.
    ///
    /// - Parameter padding: zero bytes to append, for a parser that reads beyond the end
    public static func unpack(
        _ payload: [UInt8], limits: ChunkLimits = .standard, padding: Int = 0
    ) throws(TaskFormatError) -> PackedChunk {
        let hasHidden = payload.first == versionWithHidden
        guard hasHidden || payload.first == version else { throw damaged }
        let body = try decompressed(payload[1...], limits, hasHidden: hasHidden)
        var reader = BodyReader(body)
        let minOrdinal = try reader.number()
        guard minOrdinal >= 1 else { throw damaged }
        let hidden = hasHidden ? try reader.hidden() : [:]
        let rows = try reader.rows(from: minOrdinal)
        return PackedChunk(hidden: hidden, rows: rows, body: body + Array(repeating: 0, count: padding))
    }

    private static func decompressed(
        _ frame: ArraySlice<UInt8>, _ limits: ChunkLimits, hasHidden: Bool
    ) throws(TaskFormatError) -> [UInt8] {
        let size = frame.withUnsafeBytes { ZSTD_getFrameContentSize($0.baseAddress, $0.count) }
        // A chunk ends before the row that exceeds its bytes, unless it is the only row.
        let most =
            max(limits.maxBytes, limits.maxRowBytes) + limits.maxRows * 20 + 10 + (hasHidden ? maxHiddenBytes : 0)
        guard size > 0, size <= UInt64(most) else { throw damaged }
        let room = Int(size)
        var code = 0
        let body = [UInt8](unsafeUninitializedCapacity: room) { out, count in
            code = frame.withUnsafeBytes { ZSTD_decompress(out.baseAddress, room, $0.baseAddress, $0.count) }
            count = ZSTD_isError(code) == 0 ? code : 0
        }
        guard ZSTD_isError(code) == 0, body.count == room else { throw damaged }
        return body
    }
}

/// Parses a decompressed payload.
private struct BodyReader {
    private let body: [UInt8]
    private var place = 0

    init(_ body: [UInt8]) { self.body = body }

    mutating func number() throws(TaskFormatError) -> Int64 {
        guard let number = Varint.read(body, at: &place).flatMap({ Int64(exactly: $0) }) else {
            throw ChunkCodec.damaged
        }
        return number
    }

    /// The length of what follows.
    private mutating func length() throws(TaskFormatError) -> Int {
        guard let length = Varint.read(body, at: &place), length <= UInt64(body.count - place) else {
            throw ChunkCodec.damaged
        }
        return Int(length)
    }

    mutating func hidden() throws(TaskFormatError) -> [String: Int64] {
        var hidden: [String: Int64] = [:]
        for _ in 0..<(try number()) {
            let length = try length()
            let name = body[place..<place + length]
            place += name.count
            hidden[String(decoding: name, as: UTF8.self)] = try number()
        }
        return hidden
    }

    mutating func rows(from minOrdinal: Int64) throws(TaskFormatError) -> [(ordinal: Int64, text: Range<Int>)] {
        var rows: [(ordinal: Int64, text: Range<Int>)] = []
        while place < body.count {
            let (ordinal, isTooLarge) = minOrdinal.addingReportingOverflow(try number())
            if isTooLarge { throw ChunkCodec.damaged }
            let length = try length()
            rows.append((ordinal, place..<place + length))
            place += length
        }
        return rows
    }
}
