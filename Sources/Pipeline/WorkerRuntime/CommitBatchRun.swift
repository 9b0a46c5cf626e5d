import Failpoints
import Import
import Ledger
import Queue
import Relocation
import Storage

/// The usual way to work a relocation: several chunks commit together as one commit batch, then Redis hears that they
/// are done.
struct CommitBatchRun {
    let turn: Turn
    let context: ImportContext
    let preparer: TaskPreparer
    /// Whether the rows are all of the relocation: then it ends with them.
    var isWhole = true

    /// The time slice: after this many milliseconds a worker requeues its relocation if others wait.
    private static let timeSliceMilliseconds: Int64 = 2000
    /// Bytes that one acknowledgement adds to the list at most, approximately.
    private static let maxFollowUpBytes = 2 << 20

    private var held: HeldClaim { turn.held }
    private var policy: CommitBatchPolicy { turn.settings.commitBatches }

    func run() throws -> RunEnd {
        if let end = try work() { return end }
        return try held.complete()
    }

    /// Works the list to its end. Returns how the claim has ended; nil if nothing is left in the list.
    func work() throws -> RunEnd? {
        let feed = turn.feed(preparer)
        var work = try turn.takeOver(context, preparer)
        let began = LeaseClock.now()
        // After a crash or a failed attempt, single commits show which task is the cause.
        let status = held.claim.status
        let isSuspect = status.consecutiveCrashes > 0 || status.attempts > 0 || status.outages > 0
        var cautious = isSuspect ? policy.cautiousTasks : 0
        while let task = try feed.next() {
            if turn.stop.isRequested { return try held.release("the worker stops") }
            let answer: Acknowledgement
            if cautious > 0 || turn.destination.isSplit || policy.maxRows <= 1 {
                cautious = max(cautious - 1, 0)
                answer = try workSingly([task], work, feed)
            } else {
                answer = try workTogether(task, &work, feed)
            }
            if answer.request != .none { return try held.release(for: answer.request) }
            let isOver = LeaseClock.now() - began > Self.timeSliceMilliseconds
            if answer.othersWaiting > 0, answer.remaining > 0, isOver { return try held.requeue() }
        }
        try work.finishCommits()
        if isWhole { try close(work) } else { try work.confirmAlone() }
        return nil
    }

    /// The entry gets its end, unless the last commit batch has written it.
    func close(_ work: RelocationImport) throws {
        guard held.register?.isClosed == false else { return try work.confirmAlone() }
        try turn.begin(deferringWrites: false)
        try work.keepOthersOut()
        try work.confirmAlone()
        try turn.closeEntry()
        try turn.commit()
    }

    /// Works tasks that the feed has handed out, each with a commit and an acknowledgement of its own.
    private func workSingly(
        _ tasks: [PreparedTask], _ work: RelocationImport, _ feed: TaskFeed
    ) throws -> Acknowledgement {
        var answer = Acknowledgement(remaining: 0, othersWaiting: 0)
        for task in tasks {
            try Failpoint.reach("chunk.before")
            let outcome = try turn.perform(task, at: 0, work)
            held.current = nil
            FlowMetrics.record([outcome])
            try Failpoint.reach("chunk.after")
            answer = try held.acknowledge(1, outcome.task, feed, work)
            if answer.request != .none { break }
        }
        return answer
    }

    /// Works a commit batch that begins with `first`. If one of its tasks fails for good or is of an unknown kind, rolls
    /// back and works each task by itself: this keeps the sound tasks before it and detects a race with another worker.
    private func workTogether(
        _ first: PreparedTask, _ work: inout RelocationImport, _ feed: TaskFeed
    ) throws -> Acknowledgement {
        var batch = [first]
        do {
            return try workBatch(&batch, work, feed)
        } catch ImportFailure.permanent {
            // Handled below.
        } catch is TaskPreparer.UnknownTask {
            // Handled below: the tasks before it are kept.
        }
        turn.destination.rollback()
        work = try turn.resume(context)
        return try workSingly(batch, work, feed)
    }

    /// Works the one task in `batch` and as many after it as the policy allows in one transaction, then acknowledges
    /// them all. After a failure `batch` holds the tasks that the feed has handed out.
    private func workBatch(
        _ batch: inout [PreparedTask], _ work: RelocationImport, _ feed: TaskFeed
    ) throws -> Acknowledgement {
        try turn.begin(deferringWrites: true)
        let (outcomes, sum) = try perform(&batch, work, feed)
        // The last transaction closes the entry, too: one flush to disk less for a small relocation.
        try work.confirmAlone()
        if isWhole, feed.isDrained, sum.followUps.isEmpty { try turn.closeEntry(with: sum.rows.account) }
        try Failpoint.reach("batch.commit")
        try turn.commit()
        held.current = nil
        FlowMetrics.record(outcomes)
        try Failpoint.reach("chunk.after")
        return try held.acknowledge(outcomes.count, sum, feed, work)
    }

    /// Performs the tasks of a commit batch inside the open transaction. Returns the outcome of each, and their sum.
    private func perform(
        _ batch: inout [PreparedTask], _ work: RelocationImport, _ feed: TaskFeed
    ) throws -> ([TimedOutcome], TaskOutcome) {
        let began = LeaseClock.now()
        var outcomes: [TimedOutcome] = []
        var sum = TaskOutcome()
        var rows = 0
        while let task = batch.last {
            try Failpoint.reach("chunk.before")
            let outcome = try turn.perform(task, at: batch.count - 1, work)
            outcomes.append(outcome)
            sum.add(outcome.task)
            rows += task.rowCount
            let takesMore =
                policy.takesMore(afterRows: rows, milliseconds: LeaseClock.now() - began)
                && sum.followUpBytes < Self.maxFollowUpBytes
            guard takesMore, !turn.stop.isRequested, let next = try feed.next() else { break }
            batch.append(next)
        }
        return (outcomes, sum)
    }
}
