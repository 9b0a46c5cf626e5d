/// Some consecutive rows of one model: the unit of work of a relocation.
public struct Chunk: Sendable, Equatable {
    /// Lower-case model name.
    public let model: String
    /// Ordinal of the first source row of the chunk's window, filtered or not.
    public let minOrdinal: Int64
    /// Rows in the payload.
    public let rows: Int
    /// What ``ChunkCodec`` reads.
    public let payload: [UInt8]
    /// Bytes of the rows as they stand in the file.
    public let sourceBytes: Int

    public init(model: String, minOrdinal: Int64, rows: Int, payload: [UInt8], sourceBytes: Int) {
        self.model = model
        self.minOrdinal = minOrdinal
        self.rows = rows
        self.payload = payload
        self.sourceBytes = sourceBytes
    }
}
