import Failpoints
import Import
import Queue
import Relocation
import Storage

/// The usual way to work a relocation: some chunks commit together and are acknowledged then.
struct CommitBatchRun {
    let turn: Turn
    let context: ImportContext
    let preparer: TaskPreparer

    /// A worker with others waiting releases a relocation after this many milliseconds: its time slice.
    private static let timeSliceMilliseconds: Int64 = 2000
    /// What one acknowledgement adds to the list, about.
    private static let maxFollowUpBytes = 2 << 20

    private var held: HeldClaim { turn.held }
    private var policy: CommitBatchPolicy { turn.settings.commitBatches }

    func run() throws -> RunEnd {
        let feed = turn.feed(preparer)
        var work = try turn.resume(context)
        let began = LeaseClock.now()
        // After a lost worker or trouble, the task that did it is to be found.
        let status = held.claim.status
        var cautious = status.consecutiveCrashes > 0 || status.attempts > 0 ? policy.cautiousTasks : 0
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
        return try held.complete()
    }

    /// Works tasks that were handed out, each with a commit and an acknowledgement of its own.
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
            answer = try held.acknowledge(1, outcome.task, feed)
            if answer.request != .none { break }
        }
        return answer
    }

    /// Works a commit batch that begins with `first`; where one of its tasks is at fault or unknown, each by itself: what is
    /// sound before it is kept, and a race is noticed.
    private func workTogether(
        _ first: PreparedTask, _ work: inout RelocationImport, _ feed: TaskFeed
    ) throws -> Acknowledgement {
        var batch = [first]
        do {
            return try workBatch(&batch, work, feed)
        } catch ImportFailure.permanent {
            // Below.
        } catch is TaskPreparer.UnknownTask {
            // Below: what stands before it is kept.
        }
        turn.destination.rollback()
        work = try turn.resume(context)
        return try workSingly(batch, work, feed)
    }

    /// Works the one task of `batch` and as many behind it as the policy allows in one transaction, and acknowledges
    /// them all. After a failure `batch` holds those that were handed out.
    private func workBatch(
        _ batch: inout [PreparedTask], _ work: RelocationImport, _ feed: TaskFeed
    ) throws -> Acknowledgement {
        let began = LeaseClock.now()
        var outcomes: [TimedOutcome] = []
        var sum = TaskOutcome()
        var rows = 0
        try turn.begin(deferringWrites: true)
        while let task = batch.last {
            try Failpoint.reach("chunk.before")
            let outcome = try turn.perform(task, at: batch.count - 1, work)
            outcomes.append(outcome)
            sum.add(outcome.task, listing: HeldClaim.listedRowsPerTask)
            rows += task.rowCount
            let takesMore =
                policy.takesMore(afterRows: rows, milliseconds: LeaseClock.now() - began)
                && sum.followUpBytes < Self.maxFollowUpBytes
            guard takesMore, !turn.stop.isRequested, let next = try feed.next() else { break }
            batch.append(next)
        }
        try work.confirmAlone()
        try Failpoint.reach("batch.commit")
        try turn.commit()
        held.current = nil
        FlowMetrics.record(outcomes)
        try Failpoint.reach("chunk.after")
        return try held.acknowledge(outcomes.count, sum, feed)
    }
}
