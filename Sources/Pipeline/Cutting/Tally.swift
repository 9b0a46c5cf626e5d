import Catalogue
import TaskFormat

/// Counts rows and chunks.
struct Tally {
    private(set) var leftOut = RowAccount()
    private(set) var rowsQueued: Int64 = 0
    private(set) var bytesQueued: Int64 = 0
    private(set) var tasks = 0
    /// The first rows that are left out, of each model and reason.
    private(set) var listed: [DroppedRow] = []
    private var windows: ChunkWindows
    /// Model's number → rows that are not imported, by reason.
    private var refused: [Int: [DropReason: Int]] = [:]

    /// Rows that are listed of one model and reason, and in all. Workers list theirs behind them.
    private static let listedPerReason = 1_000
    private static let listedRows = 5_000

    init(chunkSize: Int, limits: ChunkLimits) {
        windows = ChunkWindows(chunkSize: chunkSize, maxBytes: limits.maxBytes)
    }

    /// Ends a chunk before rows that the file does not have.
    mutating func beginMadeRows() { windows.close() }

    /// Counts the current row of a model.
    ///
    /// - Parameters:
    ///   - refusal: why it is not imported; nil if it is
    ///   - key: its primary key; read only if the row is listed
    mutating func add(
        _ model: FileWalk.ModelState, bytes: Int, refusal: DropReason?, key: @autoclosure () -> Int64?
    ) {
        if let reason = model.disposition.dropReason {
            windows.close()
            list(model, reason, number: Int(model.rows), key)
            return
        }
        let ordinal = model.rows
        if windows.begins(model: model.number, ordinal: ordinal, bytes: bytes, isKept: refusal == nil) {
            windows.begin(model: model.number, ordinal: ordinal)
        }
        if let refusal {
            let number = (refused[model.number]?[refusal] ?? 0) + 1
            refused[model.number, default: [:]][refusal] = number
            list(model, refusal, number: number, key)
            return
        }
        if windows.rows == 0 { tasks += 1 }
        windows.keep(bytes: bytes)
        rowsQueued += 1
        bytesQueued += Int64(bytes)
    }

    /// - Parameter number: of the row among those of its model and reason, 1-based
    private mutating func list(_ model: FileWalk.ModelState, _ reason: DropReason, number: Int, _ key: () -> Int64?) {
        guard number <= Self.listedPerReason, listed.count < Self.listedRows else { return }
        listed.append(DroppedRow(model: model.name, sourcePK: key(), ordinal: model.rows, reason: reason))
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
