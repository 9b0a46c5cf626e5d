import Catalogue
import ExportFormat
import Failpoints
import Flow
import Import
import Queue
import Relocation
import Steps
import Storage
import TaskFormat
import Traces

internal import Logging

/// Works a relocation with steps: its ordered tasks one by one, each with the reference's prologue, and the rows among them
/// as any import's. The list in Redis is the order; a task stays in it until its effects are in the destination.
// Ten properties: the turn, what is relocated, and where it is.
final class FlowRun {
    let turn: Turn
    let context: ImportContext
    let preparer: TaskPreparer
    let request: RelocateRequest
    let tables: RelocationTables
    private(set) var record: FlowRecord
    /// When the soft limit of the task at hand ends, on the monotonic clock; nil between tasks.
    private var deadline: Int64?
    /// What a validation of this run has found; nil before one.
    var findings: [String]?
    /// The export that another destination has sent, once this run has opened it.
    var file: ExportSource?
    /// What people were not told, and why.
    var silence: String?

    var held: HeldClaim { turn.held }
    var uuid: String { held.claim.uuid }

    init(turn: Turn, context: ImportContext, preparer: TaskPreparer, request: RelocateRequest) throws {
        self.turn = turn
        self.context = context
        self.preparer = preparer
        self.request = request
        let status = turn.held.claim.status
        record = FlowRecord(status)
        // A delivery that did not fail is no attempt: its worker was lost, or was asked to stop.
        record.latestTaskAttempts = min(record.latestTaskAttempts, status.attempts)
        do {
            tables = try RelocationTables(
                turn.held.claim.uuid, in: turn.destination, turn.settings.destination.catalogue,
                mark: turn.held.recordMark)
        } catch {
            throw turn.failure(error)
        }
    }

    // MARK: The list

    private enum Next {
        case task(FlowWork)
        case rows
        case nothing
    }

    func run() throws -> RunEnd {
        held.flow = FlowTask(rawValue: record.latestTask) ?? .uploadingStart
        // The runner ends this: an end comes after this run has thrown, too.
        held.onFlowEnd = note
        watchLimit()
        while true {
            if turn.stop.isRequested { return try held.release("the worker stops") }
            switch try next() {
            case .task(let work): if let end = try perform(work) { return end }
            case .rows: if let end = try importRows() { return end }
            case .nothing:
                guard held.flow == .importing else { return try complete() }
                try appendLastTasks()
            }
        }
    }

    private func next() throws -> Next {
        guard let element = try held.queue.tasks(held.claim, from: 0, count: 1, maxBytes: 1).elements.first else {
            return .nothing
        }
        guard case .task(let task) = element else { return .rows }
        if task.kind == TaskKind.plan.rawValue, task.rows == 0 {
            // The plan has been found to hold.
            _ = try held.queue.acknowledge(held.claim, tasks: 1)
            return try next()
        }
        guard task.kind == TaskKind.flow.rawValue else { return .rows }
        held.current = (0, element)
        guard let work = try preparer.prepare(element).flow() else { return .rows }
        return .task(work)
    }

    /// The tasks that follow the rows are added once the rows and all that derives from them are in.
    private func appendLastTasks() throws {
        try Failpoint.reach("flow.append")
        _ = try held.queue.acknowledge(
            held.claim, tasks: 0, followUps: FlowTask.afterRows.map { .following(.flow, $0.rawValue) })
    }

    private func importRows() throws -> RunEnd? {
        held.flow = .importing
        held.current = nil
        deadline = nil
        return try CommitBatchRun(turn: turn, context: context, preparer: preparer, isWhole: false).work()
    }

    /// The rows may be in the database for long: they must still be there.
    private func complete() throws -> RunEnd {
        try CommitBatchRun(turn: turn, context: context, preparer: preparer).close(try turn.resume(context))
        var done = record
        done.status = .success
        done.step = .completed
        done.failureReason = nil
        let now = WallClock.now()
        try storage { () throws(StorageError) in try tables.save(done, now: now) }
        return try held.complete()
    }

    // MARK: One task

    /// Returns how the claim has ended; nil if the next task is due.
    private func perform(_ work: FlowWork) throws -> RunEnd? {
        if let end = try awaitExport(work.task) { return end }
        held.flow = work.task
        if let end = try enter(work.task) { return end }
        try storage { () throws(StorageError) in try tables.save(record, now: WallClock.now()) }
        restartLimit()
        defer { deadline = nil }
        try Failpoint.reach("flow.task.before")
        do {
            if let refusal = try Traces.span(.task(work.task.rawValue.lowercased()), { try body(of: work) }) {
                return try held.refuse(refusal.reason, refusal.trouble, refusal.findings)
            }
        } catch FlowInterruption.stop {
            return try held.release("the worker stops")
        } catch FlowInterruption.operators(let asked) {
            return try held.release(for: asked)
        } catch FlowInterruption.notYet(let what) {
            return try held.wait(Self.secondLook, for: what)
        }
        try storage { () throws(StorageError) in try tables.confirm(now: WallClock.now()) }
        try Failpoint.reach("flow.task.after")
        held.current = nil
        let answer = try held.acknowledgeTask()
        // The last one leaves nothing to stop.
        if answer.request != .none, work.task != .completed { return try held.release(for: answer.request) }
        guard work.task == .preprocessingTransfer, request.source != nil else { return nil }
        // What else a claim knows follows from the file: the next one begins with it.
        try held.queue.dropParcel(held.claim)
        return try held.release("the rows are queued")
    }

    /// Milliseconds.
    private static let secondLook = 2_000

    /// The prologue. Decided anew if an operator was faster.
    private func enter(_ task: FlowTask) throws -> RunEnd? {
        while true {
            let prologue = FlowPrologue(task, record, allowedAttempts: task.attempts)
            do throws(QueueError) {
                return try enter(task, prologue)
            } catch {
                guard RelocationQueue.hasMoved(error, uuid) else { throw error }
                try readRecord()
            }
        }
    }

    private func enter(_ task: FlowTask, _ prologue: FlowPrologue) throws(QueueError) -> RunEnd? {
        switch prologue.outcome {
        case .ended: return try held.release("it has ended")
        case .wrongOrder:
            return try held.refuse(
                task.reason, "\(task.rawValue) cannot follow \(record.latestTask): the list in Redis is out of order")
        case .exhausted: return try held.refuse(task.reason, "all \(task.attempts) attempts are used up")
        case .paused:
            try tell(task, .paused, prologue.record)
            note(.paused)
            return held.stopped("paused")
        case .cancelled:
            try tell(task, .cancelled, prologue.record)
            note(.cancelled)
            return held.stopped("cancelled")
        case .run:
            let asked = try tell(task, .run, prologue.record)
            return asked == .none ? nil : try held.release(for: asked)
        }
    }

    @discardableResult
    private func tell(
        _ task: FlowTask, _ entry: RelocationQueue.TaskEntry, _ after: FlowRecord
    ) throws(QueueError) -> OperatorRequest {
        var change = FlowChange(from: held.claim.status, seen: (record.step, seen), to: after.place)
        change.step = after.step
        let asked = try held.queue.enter(held.claim, task.rawValue, entry, change)
        record = after
        seen = after.place
        return asked
    }

    /// What Redis holds of the record: attempts that were not made are still counted there.
    private lazy var seen: FlowPlace = held.claim.status.flow ?? FlowPlace()

    /// The relocation ends before a task begins: the record tells of the task before it, with all its attempts.
    func refuseWaiting(_ reason: String, _ trouble: String) throws -> RunEnd {
        record.latestTaskAttempts = seen.latestTaskAttempts
        return try held.refuse(reason, trouble)
    }

    private func readRecord() throws {
        let status = try held.queue.status(uuid)
        seen = status.flow ?? FlowPlace()
        let attempts = record.latestTaskAttempts
        record = FlowRecord(status)
        record.latestTaskAttempts = min(attempts, record.latestTaskAttempts)
    }

    // MARK: The soft limit

    var isPastLimit: Bool { deadline.map { LeaseClock.now() > $0 } ?? false }

    /// Mails may take as long as they need: a limit of their number a minute makes them slow.
    func suspendLimit() { deadline = nil }

    func restartLimit() { deadline = LeaseClock.now() + Int64(held.flow?.limitSeconds ?? 0) * 1_000 }

    /// From now on no statement runs in a task that has passed its limit.
    private func watchLimit() {
        let watch = turn.destination.region.beforeStatement
        turn.destination.setBeforeStatement { [unowned self] () throws(StorageError) in
            try watch?()
            guard isPastLimit else { return }
            throw StorageError(
                .contention, "the task has taken longer than its limit of \(held.flow?.limitSeconds ?? 0) s")
        }
    }

    // MARK: The record in the destination

    /// At an end. Errors do not matter here: the next task writes the whole record again, unless it was put back.
    private func save() {
        do {
            try tables.save(record, now: WallClock.now())
        } catch {
            held.log.warning("the destination's record was not written", metadata: ["error": "\(error)"])
        }
    }

    private func note(_ end: FlowEnd) {
        turn.destination.rollback()
        deadline = nil
        switch end {
        case .paused: record.status = .paused
        case .cancelled:
            (record.status, record.failureReason) = (.failure, FlowReason.cancelled)
            (record.pauseAtStep, record.cancelAtStep) = (nil, nil)
        case .failed(let reason): (record.status, record.failureReason) = (.failure, reason)
        }
        save()
        if case .failed(let reason) = end { tellFailure(reason) }
    }

    func storage<Result>(_ body: () throws(StorageError) -> Result) throws(ImportFailure) -> Result {
        do { return try body() } catch { throw turn.failure(error) }
    }
}
