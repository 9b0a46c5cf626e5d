public import Catalogue
public import ExportFormat
public import TaskFormat

/// What a chunk's payload holds.
public struct ChunkContents: Sendable {
    public let rows: [Row]
    /// See ``TaskFormat/PackedChunk/hidden``.
    public let hidden: [String: Int64]

    public init(rows: [Row], hidden: [String: Int64] = [:]) {
        self.rows = rows
        self.hidden = hidden
    }
}

/// Takes rows out of chunks: what ``ExportFormat/ExportSource/cut(_:onChunk:)`` has put in.
public enum ChunkDecoder {
    /// Decodes a chunk. A payload that is none, or was damaged, throws ``ExportFormat/ExportError/Kind/badData``.
    ///
    /// - Parameters:
    ///   - now: what keys that are missing take for the present, in microseconds since 1970-01-01T00:00:00Z
    ///   - catalogue: the one that `model` is from
    public static func contents(
        of payload: [UInt8], model: Model, now: Int64, catalogue: Catalogue,
        limits: ExportLimits = .standard, chunks: ChunkLimits = .standard
    ) throws(ExportError) -> ChunkContents {
        let packed: PackedChunk
        do {
            packed = try ChunkCodec.unpack(payload, limits: chunks, padding: RowTextDecoder.padding)
        } catch {
            throw ExportError(.badData, error.description)
        }
        let decoder = try RowTextDecoder(model: model, now: now, catalogue: catalogue, limits: limits)
        var rows: [Row] = []
        rows.reserveCapacity(packed.rows.count)
        try packed.body.withBytes { body throws(ExportError) in
            for (ordinal, text) in packed.rows {
                let text = UnsafeBufferPointer(rebasing: body[text])
                // A row that was JSON when it was packed and is none now was damaged on the way.
                guard let row = try decoder.row(text, ordinal: ordinal) else {
                    throw ExportError(.badData, ChunkCodec.damaged.description)
                }
                rows.append(row)
            }
        }
        return ChunkContents(rows: rows, hidden: packed.hidden)
    }

    /// The rows alone.
    package static func decode(
        _ payload: [UInt8], model: Model, now: Int64, catalogue: Catalogue,
        limits: ExportLimits = .standard, chunks: ChunkLimits = .standard
    ) throws(ExportError) -> [Row] {
        try contents(of: payload, model: model, now: now, catalogue: catalogue, limits: limits, chunks: chunks).rows
    }
}
