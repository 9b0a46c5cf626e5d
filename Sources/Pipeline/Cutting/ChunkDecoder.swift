public import Catalogue
public import ExportFormat
public import TaskFormat

/// The decoded content of a chunk's payload.
public struct ChunkContents: Sendable {
    public let rows: [Row]
    /// See ``TaskFormat/PackedChunk/hidden``.
    public let hidden: [String: Int64]
    /// Ordinals of the rows that were left out.
    public let skipped: [Int64]

    public init(rows: [Row], hidden: [String: Int64] = [:], skipped: [Int64] = []) {
        self.rows = rows
        self.hidden = hidden
        self.skipped = skipped
    }
}

/// Decodes the rows of a chunk that ``ExportFormat/ExportSource/cut(_:onChunk:)`` has made.
public enum ChunkDecoder {
    /// Decodes a chunk. Throws ``ExportFormat/ExportError/Kind/badData`` for a damaged payload.
    ///
    /// - Parameters:
    ///   - now: the current time in microseconds since 1970 UTC, for missing keys that default to it
    ///   - catalogue: the catalogue that `model` belongs to
    ///   - skipping: ordinals of rows to leave out, which need not be sound
    public static func contents(
        of payload: [UInt8], model: Model, now: Int64, catalogue: Catalogue, skipping: Set<Int64> = [],
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
            for (ordinal, text) in packed.rows where !skipping.contains(ordinal) {
                let text = UnsafeBufferPointer(rebasing: body[text])
                // The encoder packs JSON only: anything else was damaged on the way.
                guard let row = try decoder.row(text, ordinal: ordinal) else {
                    throw ExportError(.badData, ChunkCodec.damaged.description)
                }
                rows.append(row)
            }
        }
        let skipped = skipping.isEmpty ? [] : packed.rows.map(\.ordinal).filter(skipping.contains)
        return ChunkContents(rows: rows, hidden: packed.hidden, skipped: skipped)
    }

    /// Decodes the rows only.
    package static func decode(
        _ payload: [UInt8], model: Model, now: Int64, catalogue: Catalogue,
        limits: ExportLimits = .standard, chunks: ChunkLimits = .standard
    ) throws(ExportError) -> [Row] {
        try contents(of: payload, model: model, now: now, catalogue: catalogue, limits: limits, chunks: chunks).rows
    }
}
