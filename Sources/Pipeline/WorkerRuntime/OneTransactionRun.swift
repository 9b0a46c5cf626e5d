import Catalogue
import Failpoints
import Import
import Queue
import Storage

/// All or nothing: the whole list is worked in one transaction and acknowledged after its commit.
struct OneTransactionRun {
    let turn: Turn
    let context: ImportContext

    /// Tasks after which progress is shown.
    private static let tasksPerProgress = 32

    private var held: HeldClaim { turn.held }

    func run() throws -> RunEnd {
        let work = try turn.resume(context)
        do {
            return try perform(work)
        } catch let failure as ImportFailure {
            guard case .permanent = failure else { throw failure }
            turn.destination.rollback()
            // A worker that was believed lost may have committed meanwhile: then everything is there already.
            guard try work.isOvertaken() else { throw failure }
            throw ImportFailure.transient(StorageError(.contention, "another worker has written this relocation"))
        }
    }

    private func perform(_ work: RelocationImport) throws -> RunEnd {
        try turn.begin(deferringWrites: false)
        if context.scope == .global { try atLength { try work.clear() } }
        let feed = turn.feed()
        var sum = ChunkOutcome()
        while let task = try feed.next() {
            if turn.stop.isRequested {
                return try rollBack { () throws(QueueError) in try held.release("the worker stops") }
            }
            let outcome = try turn.perform(task, at: feed.unacknowledged - 1, work)
            held.current = nil
            FlowMetrics.record([outcome])
            sum.add(outcome.chunk, listing: HeldClaim.listedRowsPerTask)
            let request = try showProgress(feed)
            if request != .none { return try rollBack { () throws(QueueError) in try held.release(for: request) } }
        }
        try held.queue.progress(held.claim, chunksDone: feed.unacknowledged)
        try commit(work)
        _ = try held.acknowledge(feed.unacknowledged, sum, feed)
        return try held.complete()
    }

    /// Shows how far it has come now and then; what an operator asks meanwhile.
    private func showProgress(_ feed: TaskFeed) throws(QueueError) -> OperatorRequest {
        guard feed.unacknowledged % Self.tasksPerProgress == 0 else { return held.lease.request }
        return try held.queue.progress(held.claim, chunksDone: feed.unacknowledged)
    }

    private func rollBack(_ ending: () throws(QueueError) -> RunEnd) throws(QueueError) -> RunEnd {
        turn.destination.rollback()
        return try ending()
    }

    private func commit(_ work: RelocationImport) throws {
        try Failpoint.reach("transaction.commit")
        turn.heartbeat.allow(milliseconds: Turn.longStatementMilliseconds)
        try work.confirmAlone()
        try work.prepareCommits()
        try turn.commit()
        try Failpoint.reach("transaction.after")
        try work.finishCommits()
    }

    /// Gives a statement the time that the databases allow for it.
    private func atLength(_ statement: () throws -> Void) rethrows {
        turn.heartbeat.allow(milliseconds: Turn.longStatementMilliseconds)
        defer { turn.heartbeat.allow(milliseconds: 0) }
        try statement()
    }
}
