/// Consecutive rows of one model: the unit of work of a relocation.
public struct Chunk: Sendable, Equatable {
    /// Lower-case model name.
    public let model: String
    /// Ordinal of the first row in the chunk's window, filtered or not.
    public let minOrdinal: Int64
    /// Rows in the payload.
    public let rows: Int
    /// The encoded rows; ``ChunkCodec`` reads them.
    public let payload: [UInt8]
    /// Bytes that the rows take in the file.
    public let sourceBytes: Int

    public init(model: String, minOrdinal: Int64, rows: Int, payload: [UInt8], sourceBytes: Int) {
        self.model = model
        self.minOrdinal = minOrdinal
        self.rows = rows
        self.payload = payload
        self.sourceBytes = sourceBytes
    }
}
