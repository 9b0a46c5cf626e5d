/// Decides where chunks begin and end. The first and the second pass share this rule.
///
/// A window spans consecutive rows of one model. It ends after as many rows as the chunk size says, filtered ones
/// included, or before the row that exceeds a chunk's bytes. Filtered rows take no bytes.
struct ChunkWindows {
    let chunkSize: Int64
    let maxBytes: Int

    /// The model of the current window, as its number in the file; nil between windows.
    private(set) var model: Int?
    private(set) var minOrdinal: Int64 = 0
    /// Kept rows of the current window, and their bytes.
    private(set) var rows = 0
    private(set) var bytes = 0

    init(chunkSize: Int, maxBytes: Int) {
        self.chunkSize = Int64(chunkSize)
        self.maxBytes = maxBytes
    }

    /// Whether a row begins a new window.
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
