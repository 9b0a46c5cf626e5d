import Catalogue
import Failpoints
import Flow
import Import
import Ledger
import Queue
import Relocation
import Steps
import Storage
import TaskFormat
import Traces

internal import Logging

/// One claimed relocation in this worker's hands: what it tells Redis while it works, and the ways in which it ends.
// Fourteen properties: the claim, what it is told with, and what was told so far.
final class HeldClaim {
    let queue: RelocationQueue
    let claim: Claim
    let lease: LeaseClock
    let retries: RetryPolicy
    let log: Logger
    /// Whether the tasks are sealed: then neither names nor digests of rows go to Redis in the open.
    let hidesNames: Bool
    /// On the monotonic clock, in milliseconds.
    private let began = LeaseClock.now()
    /// The task at hand and its place in the list; nil between tasks.
    var current: (index: Int, element: TaskElement)? {
        didSet { if case .task(let task)? = current?.element { noteWait(of: task.kind) } }
    }
    var hasBegun = false
    /// The relocation's entry in the destination's ledger; nil until the runner has looked for it.
    var register: ImportRegister?
    /// Of a relocation with steps: the task at hand, and what happens at an end besides.
    var flow: FlowTask?
    var onFlowEnd: (FlowEnd) -> Void = { _ in }
    /// What became of the relocation's rows so far.
    private var account: RowAccount
    /// Model → rows that the database held at the last acknowledgement.
    private(set) var recordedRows: [String: Int]
    /// Of a relocation with steps: how new its record in the destination is.
    let recordMark: RecordMark
    /// The same, as Redis knows.
    var recordChanged: Int

    /// Dropped rows that Redis was told of: it keeps no more than the first ones.
    private var listed = 0

    init(
        _ claim: Claim, lease: LeaseClock, queue: RelocationQueue, retries: RetryPolicy, log: Logger,
        hidesNames: Bool = false
    ) {
        self.hidesNames = hidesNames
        self.claim = claim
        account = RowAccount(counters: claim.status.counters)
        recordedRows = claim.status.recordedRows
        recordChanged = claim.status.recordChanged
        recordMark = RecordMark(Int64(recordChanged))
        self.lease = lease
        self.queue = queue
        self.retries = retries
        self.log = log
    }

    /// What a log line says of the relocation.
    private var facts: Logger.Metadata {
        [
            "relocation.file": "\(claim.status.sourceName)", "relocation.scope": "\(claim.status.scope)",
            "relocation.rows": .stringConvertible(claim.status.rowsSource),
        ]
    }

    /// Tells that the work begins.
    func logClaim() {
        var facts = facts
        facts["chunks.done"] = .stringConvertible(claim.status.chunksDone)
        log.info("relocation claimed", metadata: facts)
    }

    // MARK: While it works

    /// Records what became of the first tasks of the list, removes them and adds what follows them.
    ///
    /// - Parameter work: what the database holds now
    func acknowledge(
        _ tasks: Int, _ outcome: TaskOutcome, _ feed: TaskFeed, _ work: RelocationImport
    ) throws -> Acknowledgement {
        try acknowledge(tasks, outcome, feed, recorded: work.recordedRows)
    }

    /// - Parameters:
    ///   - recorded: model → rows that the database holds now
    ///   - others: counters besides those of the rows
    func acknowledge(
        _ tasks: Int, _ outcome: TaskOutcome, _ feed: TaskFeed, recorded: [String: Int], _ others: [String: Int] = [:]
    ) throws -> Acknowledgement {
        try Failpoint.reach("acknowledge.before")
        let told = outcome.rows.lines(isNamed: !hidesNames).prefix(max(RelocationQueue.listedRowsLimit - listed, 0))
        let answer = try FlowMetrics.timed(.acknowledge) {
            Traces.note(["relocation.tasks": .number(tasks)])
            return try queue.acknowledge(
                claim, tasks: tasks, counters: outcome.rows.account.counters.merging(others) { first, _ in first },
                recorded: growth(to: recorded),
                listed: Array(told),
                renamed: hidesNames ? [] : outcome.rows.renames.map(Renaming.init),
                alsoRenamed: outcome.rows.otherRenames + (hidesNames ? outcome.rows.renames.count : 0),
                written: hidesNames ? [:] : outcome.rows.written.texts, followUps: outcome.followUps)
        }
        account.add(outcome.rows.account)
        listed += told.count
        recordedRows.merge(recorded) { max($0, $1) }
        feed.acknowledged(tasks, added: outcome.followUps.count)
        try Failpoint.reach("acknowledge.after")
        return answer
    }

    private func growth(to recorded: [String: Int]) -> [String: Int] {
        recorded.reduce(into: [:]) { growth, entry in
            let rows = entry.value - (recordedRows[entry.key] ?? 0)
            if rows > 0 { growth[entry.key] = rows }
        }
    }

    // MARK: Its ends

    /// After the last task: the destination's ledger remembers the success first, Redis second. Costs nothing the second
    /// time.
    ///
    /// - Parameter last: what became of rows that are not acknowledged yet.
    func closeEntry(with last: RowAccount) throws(StorageError) {
        var sum = account
        sum.add(last)
        try register?.close(ImportEnd(.success, rows: sum.totals))
    }

    /// Tells the ledger of another end, if it can be told. Redis knows it in any case.
    private func noteEnd(_ outcome: ImportEnd.Outcome, _ reason: String) {
        do {
            try register?.close(ImportEnd(outcome, reason: reason, rows: account.totals))
        } catch {
            log.warning("the ledger was not told of the end", metadata: ["error": "\(error)"])
        }
    }

    func complete() throws(QueueError) -> RunEnd {
        lease.end()
        try queue.complete(claim)
        FlowMetrics.record(.completed)
        var facts = facts
        facts["seconds"] = .stringConvertible((LeaseClock.now() - began) / 1_000)
        log.info("relocation completed", metadata: facts)
        return .completed
    }

    /// A script has ended the claim already, for an operator.
    func stopped(_ how: String) -> RunEnd {
        lease.end()
        FlowMetrics.record(.released)
        log.info("relocation released", metadata: ["reason": "\(how)"])
        return .released
    }

    func release(_ reason: String) throws(QueueError) -> RunEnd {
        lease.end()
        try queue.release(claim)
        FlowMetrics.record(.released)
        log.info("relocation released", metadata: ["reason": "\(reason)"])
        return .released
    }

    /// Releases the claim because an operator asked for it.
    func release(for request: OperatorRequest) throws(QueueError) -> RunEnd {
        if request == .cancel { noteEnd(.cancelled, "an operator cancelled it") }
        onFlowEnd(request == .cancel ? .cancelled : .paused)
        return try release(request == .cancel ? "cancelled" : "paused")
    }

    /// Waits for something, without an attempt.
    ///
    /// - Parameter milliseconds: until it looks again, unless it is woken before
    func wait(_ milliseconds: Int, for what: String) throws(QueueError) -> RunEnd {
        lease.end()
        try queue.awaitDelivery(claim, milliseconds: milliseconds, for: what)
        FlowMetrics.record(.released)
        log.info("relocation waits", metadata: ["reason": "\(what)"])
        return .released
    }

    /// At the end of a time slice: the relocation goes to the end of the waiting order.
    func requeue() throws(QueueError) -> RunEnd {
        lease.end()
        try queue.requeue(claim)
        FlowMetrics.record(.requeued)
        return .requeued
    }

    /// Another worker can go on: the relocation keeps its place and its attempts.
    func leaveAlone(_ task: TaskPreparer.UnknownTask) throws(QueueError) -> RunEnd {
        lease.end()
        try queue.leaveAlone(claim, kind: task.kind, trouble: task.reason)
        FlowMetrics.record(.released)
        log.warning("relocation left alone", metadata: ["reason": "\(task.reason)"])
        return .released
    }

    /// - Parameters:
    ///   - isRowKnown: whether the row that the finding names is the one at fault
    ///   - cause: see ``FailureCause``
    func fail(_ finding: Finding, isRowKnown: Bool = true, cause: FailureCause? = nil) throws(QueueError) -> RunEnd {
        let row = (finding.ordinal.map { " row \($0)" } ?? "") + (finding.leftPK.map { " (pk \($0))" } ?? "")
        let place = "\(finding.kind.rawValue) in \(finding.model ?? "the import")\(row): "
        let reason = place + (hidesNames ? finding.loggedReason : finding.plainReason)
        let task: QueueTask? = if case .task(let task) = current?.element { task } else { nil }
        // The entry of another import is not ours to close.
        if cause != .otherImport { noteEnd(.failure, reason) }
        // People know the reference's texts; what has happened stands beside them.
        let fixed = flow?.reason
        onFlowEnd(.failed(fixed ?? reason))
        lease.end()
        try queue.fail(
            claim, findings: [finding.json()], reason: fixed ?? reason, at: current?.index, task: task,
            row: isRowKnown ? task?.row(of: finding) : nil, cause: cause, trouble: fixed == nil ? "" : reason)
        FlowMetrics.failed(finding.kind.rawValue)
        // Plain words may name rows; a log must not.
        log.error("relocation failed", metadata: ["reason": "\(place + finding.loggedReason)"])
        return .failed
    }

    /// A task of a relocation with steps refuses it.
    ///
    /// - Parameters:
    ///   - reason: the reference's text
    ///   - trouble: what happened, in our words
    ///   - findings: JSON objects
    func refuse(_ reason: String, _ trouble: String, _ findings: [String] = []) throws(QueueError) -> RunEnd {
        noteEnd(.failure, reason)
        onFlowEnd(.failed(reason))
        lease.end()
        try queue.fail(claim, findings: findings, reason: reason, at: current?.index, trouble: trouble)
        FlowMetrics.failed("refused")
        log.error("relocation failed", metadata: ["reason": "\(flow?.rawValue ?? "")"])
        return .failed
    }

    /// After a transient error: tries again later, or fails once too many attempts have failed.
    func postpone(_ trouble: String, givenUpAs kind: Finding.Kind) throws(QueueError) -> RunEnd {
        let attempt = claim.status.attempts + 1
        let (decision, limit) = decision(afterAttempt: attempt)
        switch decision {
        case .giveUp:
            let reason = "given up after \(attempt) attempts: \(trouble)"
            return try fail(Finding(kind: kind, model: nil, reason: reason))
        case .retry(let delay):
            lease.end()
            try queue.postpone(
                claim, delayMilliseconds: delay, trouble: trouble, maxAttempts: limit)
            FlowMetrics.record(.postponed)
            log.warning(
                "relocation postponed",
                metadata: [
                    "error": "\(trouble)", "attempt": .stringConvertible(attempt),
                    "delay_ms": .stringConvertible(delay),
                ])
            return .postponed
        }
    }

    /// A task of a relocation with steps has attempts of its own; rows have the worker's.
    private func decision(afterAttempt attempt: Int) -> (RetryPolicy.Decision, limit: Int) {
        let jitter = Double.random(in: 0..<1)
        guard let flow, flow != .importing else {
            return (retries.decision(afterAttempt: attempt, jitter: jitter), retries.maxAttempts)
        }
        if attempt >= flow.attempts { return (.giveUp, flow.attempts) }
        let delay = FlowBackoff.delay(afterAttempt: attempt, jitter: jitter, limit: retries.maxMilliseconds)
        return (.retry(milliseconds: delay), flow.attempts)
    }

    /// The destination takes nothing now: the relocation waits behind others and keeps its attempts.
    func hold(_ error: StorageError) throws(QueueError) -> RunEnd {
        lease.end()
        try queue.requeue(claim, afterOutage: error.kind == .unavailable)
        FlowMetrics.record(.released)
        log.warning("relocation released", metadata: ["reason": "\(error.message)"])
        return .databaseTrouble(error)
    }

    /// A task at which the database goes away time after time may be the cause.
    func failAfterOutages() throws(QueueError) -> RunEnd {
        try fail(
            Finding(
                kind: .databaseError, model: nil,
                reason:
                    "the connection to the database was lost \(claim.status.outages) times in a row at this place; find "
                    + "out what ends it (the server's log, its memory), then retry, or skip the chunk"))
    }

    /// The lease is gone and this worker lives: if its end was counted as a crash, that is taken back.
    func lost(_ loss: LeaseLoss) -> RunEnd {
        FlowMetrics.record(.lost)
        log.warning("lease lost", metadata: ["reason": "\(loss.words)"])
        do { try queue.reportAlive(claim) } catch {
            // Redis is away: the crash stays counted, which only makes the next worker careful.
        }
        return .lost
    }

    /// A task that crashed one worker after the other would crash this one too.
    ///
    /// - Parameter isOneTransaction: nobody can tell then at which task it was.
    func quarantine(isOneTransaction: Bool) throws -> RunEnd {
        if !isOneTransaction, let first = try queue.tasks(claim, from: 0, count: 1, maxBytes: 1).elements.first {
            current = (0, first)
        }
        let task: QueueTask? = if case .task(let task) = current?.element { task } else { nil }
        return try fail(
            Finding(
                kind: .unknown, model: task?.name, ordinal: task?.minOrdinal,
                reason:
                    "\(claim.status.consecutiveCrashes) workers in a row were lost at this task, so that it is in "
                    + "quarantine; find out what ended them (memory, a crash), then retry, or skip the chunk"),
            isRowKnown: false)
    }
}

extension [WrittenRows] {
    fileprivate var texts: [String: String] { Dictionary(map { ($0.name, $0.text) }, uniquingKeysWith: { $1 }) }
}

extension QueueTask {
    /// The row of this task that a finding names; nil if it names none of them.
    fileprivate func row(of finding: Finding) -> RowPlace? {
        guard TaskKind(rawValue: kind)?.carriesRows == true, finding.model == name, let ordinal = finding.ordinal else {
            return nil
        }
        return RowPlace(model: name, ordinal: ordinal, sourcePK: finding.leftPK)
    }
}
