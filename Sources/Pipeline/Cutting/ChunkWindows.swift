/// Where chunks begin and end: a pure count that the first and the second pass share.
///
/// A window holds consecutive rows of one model, as many as the chunk size says, filtered ones included, or as many as
/// fit into a chunk's bytes, of which filtered rows take none.
struct ChunkWindows {
    let chunkSize: Int64
    let maxBytes: Int

    /// The window at hand, by a number that stands for its model; nil before a model's first row.
    private(set) var model: Int?
    private(set) var minOrdinal: Int64 = 0
    /// Rows and bytes that are kept.
    private(set) var rows = 0
    private(set) var bytes = 0

    init(chunkSize: Int, maxBytes: Int) {
        self.chunkSize = Int64(chunkSize)
        self.maxBytes = maxBytes
    }

    /// Whether a row begins another window than the one at hand.
    func begins(model: Int, ordinal: Int64, bytes: Int, isKept: Bool) -> Bool {
        guard self.model == model, ordinal - minOrdinal < chunkSize else { return true }
        return isKept && rows > 0 && self.bytes + bytes > maxBytes
    }

    mutating func begin(model: Int, ordinal: Int64) {
        self.model = model
        minOrdinal = ordinal
        rows = 0
        bytes = 0
    }

    mutating func keep(bytes: Int) {
        rows += 1
        self.bytes += bytes
    }

    mutating func close() {
        model = nil
        rows = 0
        bytes = 0
    }
}
