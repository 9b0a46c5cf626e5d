import Catalogue
import Failpoints
import Import
import Queue
import Relocation
import Storage

/// All or nothing: the whole list is worked in one transaction and acknowledged after its commit.
struct OneTransactionRun {
    let turn: Turn
    let context: ImportContext
    let preparer: TaskPreparer

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
        var tasks = WholeList(turn.feed(preparer), preparer)
        var sum = ChunkOutcome()
        while let task = try tasks.next() {
            if turn.stop.isRequested {
                return try rollBack { () throws(QueueError) in try held.release("the worker stops") }
            }
            let outcome = try turn.perform(task.prepared, at: task.index, causedBy: task.cause, work)
            held.current = nil
            FlowMetrics.record([outcome])
            sum.add(outcome.task.rows, listing: HeldClaim.listedRowsPerTask)
            tasks.add(outcome.task.followUps, after: task)
            let request = try showProgress(tasks.feed)
            if request != .none { return try rollBack { () throws(QueueError) in try held.release(for: request) } }
        }
        try held.queue.progress(held.claim, chunksDone: tasks.feed.unacknowledged)
        try commit(work)
        _ = try held.acknowledge(tasks.feed.unacknowledged, TaskOutcome(rows: sum), tasks.feed)
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

/// The tasks of a relocation that is one transaction: those of its list, which keeps them until the commit, then those
/// that follow from them, which no list holds.
private struct WholeList {
    struct Element {
        let prepared: PreparedTask
        /// The place in the list of the task itself, or of the one that it follows.
        let index: Int
        /// The task there.
        let cause: TaskElement
    }

    let feed: TaskFeed
    private let preparer: TaskPreparer
    private var followUps: [(task: QueueTask, index: Int, cause: TaskElement)] = []
    private var followUpsDone = 0

    init(_ feed: TaskFeed, _ preparer: TaskPreparer) {
        self.feed = feed
        self.preparer = preparer
    }

    mutating func next() throws(QueueError) -> Element? {
        if let task = try feed.next() {
            return Element(prepared: task, index: feed.unacknowledged - 1, cause: task.element)
        }
        guard followUpsDone < followUps.count else { return nil }
        let (task, index, cause) = followUps[followUpsDone]
        followUpsDone += 1
        return Element(prepared: preparer.prepare(.task(task)), index: index, cause: cause)
    }

    mutating func add(_ tasks: [QueueTask], after element: Element) {
        followUps += tasks.map { ($0, element.index, element.cause) }
    }
}
