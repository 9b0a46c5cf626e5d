import Catalogue

/// Which chunk is being worked on.
struct ChunkContext {
    let model: Model
    let minOrdinal: Int64
    /// See ``RelocationImport/importChunk(model:minOrdinal:rows:hidden:now:)``.
    let hidden: [String: Int64]
    /// Rows of the chunk that an operator left out.
    let skipped: [DroppedRow]
    /// Microseconds since 1970 UTC.
    let now: Int64
}
