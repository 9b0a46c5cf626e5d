import Catalogue
import TaskFormat

/// Counts rows and chunks.
struct Tally {
    private(set) var leftOut = RowAccount()
    private(set) var rowsQueued: Int64 = 0
    private(set) var bytesQueued: Int64 = 0
    private(set) var tasks = 0
    private var windows: ChunkWindows
    /// Model's number → rows that are not imported, by reason.
    private var refused: [Int: [DropReason: Int]] = [:]

    init(chunkSize: Int, limits: ChunkLimits) {
        windows = ChunkWindows(chunkSize: chunkSize, maxBytes: limits.maxBytes)
    }

    /// Ends a chunk before rows that the file does not have.
    mutating func beginMadeRows() { windows.close() }

    /// Counts the current row of a model.
    ///
    /// - Parameter refusal: why it is not imported; nil if it is
    mutating func add(_ model: FileWalk.ModelState, bytes: Int, refusal: DropReason?) {
        guard model.disposition == .queued else {
            windows.close()
            return
        }
        let ordinal = model.rows
        if windows.begins(model: model.number, ordinal: ordinal, bytes: bytes, isKept: refusal == nil) {
            windows.begin(model: model.number, ordinal: ordinal)
        }
        if let refusal {
            refused[model.number, default: [:]][refusal, default: 0] += 1
            return
        }
        if windows.rows == 0 { tasks += 1 }
        windows.keep(bytes: bytes)
        rowsQueued += 1
        bytesQueued += Int64(bytes)
    }

    /// Accounts for the rows that are left out, once all rows are counted.
    mutating func finish(_ models: [FileWalk.ModelState]) {
        for model in models {
            if let reason = model.disposition.dropReason {
                leftOut.dropped(Int(model.rows), model: model.name, reason)
            } else {
                for (reason, rows) in refused[model.number] ?? [:] { leftOut.dropped(rows, model: model.name, reason) }
            }
        }
    }
}
