/// The limits of one chunk. Each limit is inclusive.
public struct ChunkLimits: Sendable, Equatable {
    /// Bytes that the rows of one chunk take in the file. A single larger row becomes a chunk of its own.
    public var maxBytes = 4 << 20
    /// Rows per chunk: the largest chunk size that an operator may choose.
    public var maxRows = 100_000
    /// Bytes that one row takes in the file.
    public var maxRowBytes = 8 << 20

    public static let standard = ChunkLimits()

    /// Of a chunk of events: one transaction and one batch of messages.
    package static let events: ChunkLimits = {
        var limits = ChunkLimits()
        limits.maxRows = 500
        return limits
    }()

    public init() {}
}
