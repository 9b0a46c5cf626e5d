public import Catalogue
import CZstd

/// What a chunk's payload holds.
public struct ChunkContents: Sendable {
    public let rows: [Row]
    /// Model → the ordinal from which its rows come later in the file than this chunk. Names only models that rows of
    /// this chunk may refer to; empty wherever parents precede their children.
    public let hidden: [String: Int64]
}

/// Reads chunk payloads: a version byte, then a zstd frame with a checksum, of the smallest ordinal as a varint and,
/// for each row, its distance from that and its length as varints and its JSON without white space. Version 2 has,
/// before the rows, the number of hidden models and, for each, its name with its length, and its ordinal.
public enum ChunkCodec {
    static let version: UInt8 = 1
    static let versionWithHidden: UInt8 = 2
    /// Bytes that the hidden models of a chunk take at most: a model has few references.
    private static let maxHiddenBytes = 4096

    /// Decodes a chunk. A payload that is none, or was damaged, throws ``ExportError/Kind/badData``.
    /// `now`, in microseconds since 1970-01-01T00:00:00Z, is what keys that are missing take for the present.
    public static func contents(
        of payload: [UInt8], model: Model, now: Int64, catalogue: Catalogue = .standard,
        limits: ExportLimits = .standard
    ) throws(ExportError) -> ChunkContents {
        let body = try decompressed(payload, limits)
        let reader = try ChunkReader(model: model, now: now, catalogue: catalogue, limits: limits)
        return try reader.contents(body, hasHidden: payload.first == versionWithHidden)
    }

    /// The rows alone.
    static func decode(
        _ payload: [UInt8], model: Model, now: Int64, catalogue: Catalogue = .standard, limits: ExportLimits = .standard
    ) throws(ExportError) -> [Row] {
        try contents(of: payload, model: model, now: now, catalogue: catalogue, limits: limits).rows
    }

    static let damaged = ExportError(
        .badData, "a chunk's payload is damaged or of another version; delete the relocation and enqueue it again")

    private static func decompressed(_ payload: [UInt8], _ limits: ExportLimits) throws(ExportError) -> [UInt8] {
        guard payload.first == version || payload.first == versionWithHidden else { throw damaged }
        let frame = payload[1...]
        let size = frame.withUnsafeBytes { ZSTD_getFrameContentSize($0.baseAddress, $0.count) }
        // A chunk ends before the row that would exceed its bytes, unless that is its only one.
        let most =
            max(limits.maxChunkBytes, limits.maxRecordBytes) + limits.maxChunkRows * 20 + 10
            + (payload.first == versionWithHidden ? maxHiddenBytes : 0)
        guard size > 0, size <= UInt64(most) else { throw damaged }
        let room = Int(size)
        var code = 0
        // Behind the last row the parser reads on.
        let body = [UInt8](unsafeUninitializedCapacity: room + RecordParser.padding) { out, count in
            code = frame.withUnsafeBytes { ZSTD_decompress(out.baseAddress, room, $0.baseAddress, $0.count) }
            count = ZSTD_isError(code) == 0 ? code : 0
        }
        guard ZSTD_isError(code) == 0, body.count == room else { throw damaged }
        return body + Array(repeating: 0, count: RecordParser.padding)
    }
}

/// Takes a decompressed payload apart.
private struct ChunkReader {
    private let decoder: RowDecoder
    private let parser: RecordParser
    private let plan: ModelPlan
    private let now: Int64

    init(model: Model, now: Int64, catalogue: Catalogue, limits: ExportLimits) throws(ExportError) {
        decoder = RowDecoder(catalogue: catalogue, limits: limits)
        parser = try RecordParser(limits: limits)
        plan = decoder.plan(for: model)
        self.now = now
    }

    /// `body` carries the parser's padding.
    func contents(_ body: [UInt8], hasHidden: Bool) throws(ExportError) -> ChunkContents {
        try body.withBytes { bytes throws(ExportError) in
            let body = UnsafeBufferPointer(rebasing: bytes.dropLast(RecordParser.padding))
            var place = 0
            let minOrdinal = try number(body, at: &place)
            guard minOrdinal >= 1 else { throw ChunkCodec.damaged }
            let hidden = hasHidden ? try hidden(body, at: &place) : [:]
            return ChunkContents(rows: try rows(body, from: place, minOrdinal), hidden: hidden)
        }
    }

    private func number(_ body: UnsafeBufferPointer<UInt8>, at place: inout Int) throws(ExportError) -> Int64 {
        guard let number = Varint.read(body, at: &place).flatMap({ Int64(exactly: $0) }) else {
            throw ChunkCodec.damaged
        }
        return number
    }

    private func hidden(
        _ body: UnsafeBufferPointer<UInt8>, at place: inout Int
    ) throws(ExportError) -> [String: Int64] {
        var hidden: [String: Int64] = [:]
        for _ in 0..<(try number(body, at: &place)) {
            let length = try number(body, at: &place)
            guard length <= Int64(body.count - place) else { throw ChunkCodec.damaged }
            let name = body[place..<place + Int(length)]
            place += name.count
            hidden[String(decoding: name, as: UTF8.self)] = try number(body, at: &place)
        }
        return hidden
    }

    private func rows(
        _ body: UnsafeBufferPointer<UInt8>, from start: Int, _ minOrdinal: Int64
    ) throws(ExportError) -> [Row] {
        var place = start
        var rows: [Row] = []
        while place < body.count {
            let distance = try number(body, at: &place)
            guard let length = Varint.read(body, at: &place), length <= UInt64(body.count - place) else {
                throw ChunkCodec.damaged
            }
            let (ordinal, isTooLarge) = minOrdinal.addingReportingOverflow(distance)
            if isTooLarge { throw ChunkCodec.damaged }
            let end = place + Int(length)
            rows.append(try row(UnsafeBufferPointer(rebasing: body[place..<end]), ordinal))
            place = end
        }
        return rows
    }

    private func row(_ text: UnsafeBufferPointer<UInt8>, _ ordinal: Int64) throws(ExportError) -> Row {
        // A row that was JSON when it was packed and is none now was damaged on the way.
        guard let tape = try? parser.parse(text), tape.root.isObject else { throw ChunkCodec.damaged }
        let envelope = Envelope(tape.root)
        try requireModel(envelope, ordinal)
        do throws(RowFault) {
            return try decoder.row(envelope, plan, ordinal: ordinal, now: now)
        } catch {
            // A key that cannot be read has no place in a message about it.
            let key = try? envelope.primaryKey().value
            throw error.error(
                at: ExportPlace(model: plan.model.name, ordinal: ordinal, sourcePK: key, field: error.field))
        }
    }

    private func requireModel(_ envelope: Envelope, _ ordinal: Int64) throws(ExportError) {
        let name = envelope.model.map { String(decoding: $0, as: UTF8.self).lowercased() }
        guard name != plan.model.name else { return }
        throw ExportError(
            .badData, "a chunk of \(plan.model.name) holds a row of another model",
            place: ExportPlace(model: plan.model.name, ordinal: ordinal),
            finding: Finding(
                kind: .unexpectedModel, model: plan.model.name, ordinal: ordinal,
                reason: "A row of another model stands where \(plan.model.name) is expected"))
    }
}
