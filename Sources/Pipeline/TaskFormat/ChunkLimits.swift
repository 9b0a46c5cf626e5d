/// What one chunk may hold. Every limit is inclusive.
public struct ChunkLimits: Sendable, Equatable {
    /// Bytes of the rows of one chunk as they stand in the file; a single larger row makes a chunk of its own.
    public var maxBytes = 4 << 20
    /// Rows per chunk: the largest chunk size that may be asked for.
    public var maxRows = 100_000
    /// Bytes of one row as it stands in the file.
    public var maxRowBytes = 8 << 20

    public static let standard = ChunkLimits()

    public init() {}
}
