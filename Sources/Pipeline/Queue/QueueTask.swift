/// One piece of work of a relocation. The queue hands it on as it came: it knows nothing of its payload.
public struct QueueTask: Sendable, Equatable {
    /// Bytes of UTF-8.
    public static let maximumKindBytes = 255
    /// Bytes of UTF-8.
    public static let maximumNameBytes = 65_535
    /// Bytes. Redis itself ends at 512 MB a value.
    public static let maximumPayloadBytes = 256 << 20

    /// What is to be done: "chunk", or a later kind.
    public let kind: String
    /// An opaque label for people and logs, such as the model of a chunk.
    public let name: String
    /// The ordinal of the first row.
    public let minOrdinal: Int64
    public let rows: Int
    /// What the payload was made from, in bytes of the source file.
    public let sourceBytes: Int
    public let payload: [UInt8]

    public init(kind: String, name: String, minOrdinal: Int64, rows: Int, sourceBytes: Int, payload: [UInt8]) {
        self.kind = kind
        self.name = name
        self.minOrdinal = minOrdinal
        self.rows = rows
        self.sourceBytes = sourceBytes
        self.payload = payload
    }
}
