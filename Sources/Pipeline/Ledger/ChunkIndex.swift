import Catalogue

/// Which chunk rows of an import this worker knows.
struct ChunkIndex {
    private var keys: Set<String> = []
    /// Model → chunk rows.
    private var counts: [String: Int] = [:]
    /// Model → rows that its chunk rows hold.
    private(set) var rows: [String: Int] = [:]
    /// Chunk rows that this worker has found, not written.
    private var found: Set<String> = []
    /// Model → the largest ordinal among those.
    private var foundUpTo: [String: Int64] = [:]
    /// Models whose chunk rows were written by the open transaction of several chunks.
    var unconfirmed: Set<String> = []
    /// Models among whose chunk rows the newest committed one is, so that an older copy of the database lacks a chunk row of one
    /// of them. All that were found, until this worker has committed a chunk of its own.
    private(set) var newest: Set<String> = []
    /// The model of the last chunk row that the open transaction has written.
    private var lastWritten: String?

    mutating func add(_ chunk: ChunkRow, isFound: Bool) {
        if keys.insert(chunk.key).inserted {
            counts[chunk.model, default: 0] += 1
            rows[chunk.model, default: 0].addSaturated(Int(chunk.rowsWritten))
        }
        guard isFound else {
            lastWritten = chunk.model
            return
        }
        newest.insert(chunk.model)
        found.insert(chunk.key)
        foundUpTo[chunk.model] = max(foundUpTo[chunk.model] ?? 0, chunk.minOrdinal)
    }

    /// What was written so far is committed, or about to be.
    mutating func confirm() {
        unconfirmed = []
        guard let last = lastWritten else { return }
        newest = [last]
        lastWritten = nil
    }

    func contains(_ chunk: ChunkRow) -> Bool { keys.contains(chunk.key) }

    func hasFound(_ chunk: ChunkRow) -> Bool { found.contains(chunk.key) }

    func count(of model: String) -> Int { counts[model] ?? 0 }

    /// The largest ordinal of a chunk row that was found; nil if none was.
    func lastFound(of model: String) -> Int64? { foundUpTo[model] }

    /// The ordinal of a new chunk row: the wanted one, or that of the first new row if another chunk size has left a
    /// chunk row under the wanted one.
    ///
    /// - Parameter written: ordinals of the rows written, ascending.
    func freeOrdinal(_ wanted: Int64, _ written: [Int64], of model: String) -> Int64 {
        var candidate = wanted
        var rest = written.makeIterator()
        while keys.contains(ChunkRow.key(model, candidate)) { candidate = rest.next() ?? candidate &+ 1 }
        return candidate
    }
}
