import Catalogue
import TaskFormat

/// Counts rows and chunks.
struct Tally {
    private(set) var leftOut = RowAccount()
    private(set) var rowsQueued: Int64 = 0
    private(set) var bytesQueued: Int64 = 0
    private(set) var tasks = 0
    private var windows: ChunkWindows
    /// Model's number → filtered rows.
    private var filtered: [Int: Int] = [:]

    init(chunkSize: Int, limits: ChunkLimits) {
        windows = ChunkWindows(chunkSize: chunkSize, maxBytes: limits.maxBytes)
    }

    /// Counts the current row of a model.
    mutating func add(_ model: FileWalk.ModelState, bytes: Int, isAccepted: Bool) {
        guard model.disposition == .queued else {
            windows.close()
            return
        }
        let ordinal = model.rows
        if windows.begins(model: model.number, ordinal: ordinal, bytes: bytes, isKept: isAccepted) {
            windows.begin(model: model.number, ordinal: ordinal)
        }
        guard isAccepted else {
            filtered[model.number, default: 0] += 1
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
            } else if let rows = filtered[model.number] {
                leftOut.dropped(rows, model: model.name, .filtered)
            }
        }
    }
}
