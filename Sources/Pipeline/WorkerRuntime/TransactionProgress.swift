import Queue
import Storage

/// Tells Redis how far one long transaction has come, at intervals: nothing of it can be acknowledged before its commit.
final class TransactionProgress {
    private let held: HeldClaim
    private var calls = 0
    private var lastAt = LeaseClock.now()

    /// Calls, and milliseconds, between two reports.
    private static let (callsPerReport, millisecondsPerReport) = (32, Int64(1_000))

    init(_ held: HeldClaim) { self.held = held }

    /// After a task. Returns what an operator asks for.
    func show(chunks: Int, rows: Int) throws(QueueError) -> OperatorRequest {
        calls += 1
        guard isDue || calls % Self.callsPerReport == 0 else { return held.lease.request }
        return try show(chunks: chunks, rows: rows, doing: "")
    }

    /// During long work that is no task of rows.
    func show(rows: Int, doing: String) throws(QueueError) {
        if isDue { try show(chunks: 0, rows: rows, doing: doing) }
    }

    @discardableResult
    func show(chunks: Int, rows: Int, doing: String) throws(QueueError) -> OperatorRequest {
        lastAt = LeaseClock.now()
        return try held.queue.progress(held.claim, chunksDone: chunks, rows: rows, doing: doing)
    }

    /// While tables are emptied.
    func tell(_ clearing: Clearing) {
        if case .table = clearing, !isDue { return }
        do { try show(chunks: 0, rows: 0, doing: clearing.words) } catch {
            // The next task meets the same trouble: it ends the claim in order.
        }
    }

    private var isDue: Bool { LeaseClock.now() - lastAt >= Self.millisecondsPerReport }
}

extension Clearing {
    fileprivate var words: String {
        switch self {
        case .table(let place, let total): "empties table \(place) of \(total)"
        case .references: "has emptied the tables, and checks what referred to their rows"
        }
    }
}
