import Catalogue
import Failpoints
import Import
import Queue
import Relocation
import Storage

/// All or nothing: works the whole list in one transaction and acknowledges it after the commit.
struct OneTransactionRun {
    let turn: Turn
    let context: ImportContext
    let preparer: TaskPreparer

    private var held: HeldClaim { turn.held }

    func run() throws -> RunEnd {
        let work = try turn.takeOver(context, preparer)
        do {
            return try perform(work)
        } catch let failure as ImportFailure {
            guard case .permanent = failure else { throw failure }
            turn.destination.rollback()
            // A worker that seemed lost may have committed meanwhile. Then all rows are there already.
            guard try work.isOvertaken() else { throw failure }
            throw ImportFailure.transient(StorageError(.contention, "another worker has written this relocation"))
        }
    }

    private func perform(_ work: RelocationImport) throws -> RunEnd {
        try turn.begin(deferringWrites: false)
        let progress = TransactionProgress(held)
        if context.scope == .global { try allowingLongStatement { try work.clear(onProgress: progress.tell) } }
        var tasks = WholeList(turn.feed(preparer), preparer)
        var sum = ChunkOutcome()
        while let task = try tasks.next() {
            if turn.stop.isRequested {
                return try rollBack { () throws(QueueError) in try held.release("the worker stops") }
            }
            let outcome = try turn.perform(task.prepared, at: task.index, causedBy: task.cause, work)
            held.current = nil
            FlowMetrics.record([outcome])
            sum.add(outcome.task.rows)
            tasks.add(outcome.task.followUps, after: task)
            let request = try progress.show(chunks: tasks.feed.unacknowledged, rows: sum.account.totals.total)
            if request != .none { return try rollBack { () throws(QueueError) in try held.release(for: request) } }
        }
        try progress.show(chunks: tasks.feed.unacknowledged, rows: sum.account.totals.total, doing: "commits")
        try commit(work, sum)
        _ = try held.acknowledge(tasks.feed.unacknowledged, TaskOutcome(rows: sum), tasks.feed, work)
        return try held.complete()
    }

    private func rollBack(_ ending: () throws(QueueError) -> RunEnd) throws(QueueError) -> RunEnd {
        turn.destination.rollback()
        return try ending()
    }

    private func commit(_ work: RelocationImport, _ sum: ChunkOutcome) throws {
        try Failpoint.reach("transaction.commit")
        turn.heartbeat.allow(milliseconds: turn.settings.destination.timeouts.longStatementMilliseconds)
        try work.keepOthersOut()
        try work.confirmAlone()
        try turn.closeEntry(with: sum.account)
        try work.prepareCommits()
        try turn.commit()
        try Failpoint.reach("transaction.after")
        try work.finishCommits()
    }

    /// Runs a statement that may take as long as the databases allow.
    private func allowingLongStatement(_ statement: () throws -> Void) rethrows {
        turn.heartbeat.allow(milliseconds: turn.settings.destination.timeouts.longStatementMilliseconds)
        defer { turn.heartbeat.allow(milliseconds: 0) }
        try statement()
    }
}

/// The tasks of a relocation in one transaction: first those of its list, which stay there until the commit, then their
/// follow-ups, which only this worker holds.
struct WholeList {
    struct Element {
        let prepared: PreparedTask
        /// The place in the list of the task itself; for a follow-up, of the task that caused it.
        let index: Int
        /// The task at that place.
        let cause: TaskElement
    }

    let feed: TaskFeed
    private let preparer: TaskPreparer
    /// Those that were handed out are nil: their payloads are not needed twice.
    private var followUps: [(task: QueueTask, index: Int, cause: TaskElement)?] = []
    private var followUpsDone = 0

    init(_ feed: TaskFeed, _ preparer: TaskPreparer) {
        self.feed = feed
        self.preparer = preparer
    }

    mutating func next() throws(QueueError) -> Element? {
        if let task = try feed.next() {
            return Element(prepared: task, index: feed.unacknowledged - 1, cause: task.element)
        }
        guard followUpsDone < followUps.count, let (task, index, cause) = followUps[followUpsDone] else { return nil }
        followUps[followUpsDone] = nil
        followUpsDone += 1
        return Element(prepared: preparer.prepare(.task(task)), index: index, cause: cause)
    }

    mutating func add(_ tasks: [QueueTask], after element: Element) {
        for task in tasks where task.rows > 0 || !followUps.contains(where: { $0?.task == task }) {
            followUps.append((task, element.index, element.cause))
        }
    }
}
