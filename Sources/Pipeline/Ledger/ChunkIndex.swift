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
    /// The model of the last chunk row that was written.
    private(set) var last: String?
    /// The same before the open transaction: a database that lacks the newest of what was committed lacks this one's.
    private(set) var lastCommitted: String?

    mutating func add(_ chunk: ChunkRow, isFound: Bool) {
        if keys.insert(chunk.key).inserted {
            counts[chunk.model, default: 0] += 1
            rows[chunk.model, default: 0].addSaturated(Int(chunk.rowsWritten))
        }
        last = chunk.model
        guard isFound else { return }
        found.insert(chunk.key)
        foundUpTo[chunk.model] = max(foundUpTo[chunk.model] ?? 0, chunk.minOrdinal)
    }

    /// What was written so far is committed, or about to be.
    mutating func confirm() {
        unconfirmed = []
        lastCommitted = last
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
