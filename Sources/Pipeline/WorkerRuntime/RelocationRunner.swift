import Catalogue
import Cutting
import ExportFormat
import TaskFormat
import Failpoints
import Import
import Queue
import Relocation
import Storage

internal import Logging

/// Works one claimed relocation: takes its tasks in order, records what became of their rows, and ends by completing,
/// failing, postponing or giving it back. Blocking; lives with its connections.
final class RelocationRunner {
    private let queue: RelocationQueue
    private let destination: Destination
    private let settings: WorkerSettings
    private let vitals: WorkerVitals
    private let heartbeat: Heartbeat
    private let stop: StopSignal
    private let claim: Claim
    private let lease: LeaseClock
    private let log: Logger
    /// The task at hand and its place in the list; nil between tasks.
    private var current: (index: Int, element: TaskElement)?

    /// Tasks of a run in one transaction after which its progress is shown.
    private static let tasksPerProgress = 32
    /// Dropped rows listed one by one, for each task.
    private static let listedRowsPerTask = 50
    /// A worker with others waiting gives a relocation back after this many milliseconds.
    private static let turnMilliseconds: Int64 = 2000

    init(
        queue: RelocationQueue, destination: Destination, settings: WorkerSettings, vitals: WorkerVitals,
        heartbeat: Heartbeat, stop: StopSignal, claim: Claim, lease: LeaseClock, log: Logger
    ) {
        self.queue = queue
        self.destination = destination
        self.settings = settings
        self.vitals = vitals
        self.heartbeat = heartbeat
        self.stop = stop
        self.claim = claim
        self.lease = lease
        self.log = log
    }

    func run() -> RunEnd {
        let (lease, heartbeat) = (lease, heartbeat)
        destination.setBeforeStatement { () throws(StorageError) in
            heartbeat.beat()
            if !lease.isHeld { throw StorageError(.leaseLost, "the lease ran out or another worker took over") }
            do { try Failpoint.reach("statement") } catch {
                throw StorageError(.unavailable, "the connection was lost at a statement")
            }
        }
        defer {
            destination.setBeforeStatement(nil)
            heartbeat.allow(milliseconds: 0)
        }
        do {
            if claim.status.consecutiveCrashes >= settings.retries.maxLosses { return try setAside() }
            return try work()
        } catch let error as QueueError {
            destination.rollback()
            return end(after: error)
        } catch let error as ImportFailure {
            destination.rollback()
            return end(after: error)
        } catch let error as TaskPreparer.KeyMissing {
            destination.rollback()
            return end(after: error)
        } catch {
            destination.rollback()
            // Only a failpoint throws anything else: it stands for a connection lost at that place.
            return .queueTrouble(QueueError(.unavailable, "\(error)"))
        }
    }

    private func work() throws -> RunEnd {
        let (scope, options) = try readOptions()
        try queue.bind(claim, destination: destination.identity)
        let context = ImportContext(
            importUUID: claim.uuid, scope: scope,
            flags: ImportFlags(
                mergeUsers: options.mergeUsers, overwriteConfigs: options.overwriteConfigs,
                hideOrganizations: options.hideOrganizations),
            instance: settings.destination.instance)
        guard isOneTransaction(scope, options) else { return try runGroupByGroup(context) }
        return try runInOneTransaction(
            try RelocationImport(context, into: destination), clears: scope == .global)
    }

    private func isOneTransaction(_ scope: ImportScope, _ options: RelocationOptions) -> Bool {
        options.atomic || scope == .global && !destination.isSplit
    }

    private func readOptions() throws(ImportFailure) -> (ImportScope, RelocationOptions) {
        guard let scope = ImportScope(rawValue: claim.status.scope),
            let options = RelocationOptions(json: claim.status.options)
        else {
            throw ImportFailure.lasting(
                Finding(
                    kind: .unspecifiedScope, model: nil,
                    reason: "the relocation's record was written by another version of relocation-enqueue"))
        }
        return (scope, options)
    }

    // MARK: The usual way: a group of chunks commits together

    private func runGroupByGroup(_ context: ImportContext) throws -> RunEnd {
        let feed = feed()
        var work = try RelocationImport(context, into: destination)
        let began = LeaseClock.now()
        // After a lost worker or trouble, the task that did it is to be found.
        var cautious =
            claim.status.consecutiveCrashes > 0 || claim.status.attempts > 0 ? settings.groups.cautiousTasks : 0
        while let task = try feed.next() {
            if stop.isRequested { return try giveBack("the worker stops") }
            let answer: Acknowledgement
            if cautious > 0 || destination.isSplit || settings.groups.maxRows <= 1 {
                cautious = max(cautious - 1, 0)
                answer = try workSingly([task], work, feed)
            } else {
                var group = [task]
                do {
                    answer = try workTogether(&group, work, feed)
                } catch ImportFailure.lasting {
                    // Each by itself: what is sound before the faulty chunk is kept, and a race is noticed.
                    destination.rollback()
                    work = try RelocationImport(context, into: destination)
                    answer = try workSingly(group, work, feed)
                }
            }
            if answer.request != .none {
                return try giveBack(answer.request == .cancel ? "cancelled" : "paused")
            }
            if answer.othersWaiting > 0, answer.remaining > 0, LeaseClock.now() - began > Self.turnMilliseconds {
                return try yieldTurn()
            }
        }
        try work.finishCommits()
        return try complete()
    }

    /// Works tasks that were handed out, each with a commit and an acknowledgement of its own.
    private func workSingly(
        _ tasks: [PreparedTask], _ work: RelocationImport, _ feed: TaskFeed
    ) throws -> Acknowledgement {
        var answer = Acknowledgement(remaining: 0, othersWaiting: 0)
        for task in tasks {
            try Failpoint.reach("chunk.before")
            current = (0, task.element)
            let outcome = try timed(task, work)
            current = nil
            FlowMetrics.record([outcome])
            try Failpoint.reach("chunk.after")
            answer = try acknowledge(1, outcome.chunk, feed)
            if answer.request != .none { break }
        }
        return answer
    }

    /// Works the one task of `group` and as many behind it as the policy allows in one transaction, and acknowledges
    /// them all. After a failure `group` holds those that were handed out.
    private func workTogether(
        _ group: inout [PreparedTask], _ work: RelocationImport, _ feed: TaskFeed
    ) throws -> Acknowledgement {
        let began = LeaseClock.now()
        var outcomes: [TimedOutcome] = []
        var rows = 0
        try begin(deferringWrites: true)
        while let task = group.last {
            try Failpoint.reach("chunk.before")
            current = (group.count - 1, task.element)
            outcomes.append(try timed(task, work))
            rows += task.rowCount
            let takesMore = settings.groups.takesMore(afterRows: rows, milliseconds: LeaseClock.now() - began)
            guard takesMore, !stop.isRequested, let next = try feed.next() else { break }
            group.append(next)
        }
        try work.confirmAlone()
        try Failpoint.reach("group.commit")
        try commit()
        current = nil
        FlowMetrics.record(outcomes)
        try Failpoint.reach("chunk.after")
        var sum = ChunkOutcome()
        for outcome in outcomes { sum.add(outcome.chunk, listing: Self.listedRowsPerTask) }
        return try acknowledge(outcomes.count, sum, feed)
    }

    private func feed() -> TaskFeed {
        TaskFeed(queue, claim, TaskPreparer(importUUID: claim.uuid, keyring: settings.payloadKeys))
    }

    // MARK: All or nothing: one transaction, acknowledged after its commit

    private func runInOneTransaction(_ work: RelocationImport, clears: Bool) throws -> RunEnd {
        do {
            return try performInOneTransaction(work, clears: clears)
        } catch let failure as ImportFailure {
            guard case .lasting = failure else { throw failure }
            destination.rollback()
            // A worker that was believed lost may have committed meanwhile: then everything is there already.
            guard try work.isOvertaken() else { throw failure }
            throw ImportFailure.passing(StorageError(.contention, "another worker has written this relocation"))
        }
    }

    private func performInOneTransaction(_ work: RelocationImport, clears: Bool) throws -> RunEnd {
        try begin()
        heartbeat.allow(milliseconds: Self.longStatementMilliseconds)
        if clears { try work.clear() }
        heartbeat.allow(milliseconds: 0)
        let feed = feed()
        var sum = ChunkOutcome()
        while let task = try feed.next() {
            if stop.isRequested {
                destination.rollback()
                return try giveBack("the worker stops")
            }
            current = (feed.unacknowledged - 1, task.element)
            let outcome = try timed(task, work)
            current = nil
            FlowMetrics.record([outcome])
            sum.add(outcome.chunk, listing: Self.listedRowsPerTask)
            var request = lease.request
            if feed.unacknowledged % Self.tasksPerProgress == 0 {
                request = try queue.progress(claim, chunksDone: feed.unacknowledged)
            }
            if request != .none {
                destination.rollback()
                return try giveBack(request == .cancel ? "cancelled" : "paused")
            }
        }
        try queue.progress(claim, chunksDone: feed.unacknowledged)
        try Failpoint.reach("transaction.commit")
        heartbeat.allow(milliseconds: Self.longStatementMilliseconds)
        try work.confirmAlone()
        try work.prepareCommits()
        try commit()
        try Failpoint.reach("transaction.after")
        try work.finishCommits()
        _ = try acknowledge(feed.unacknowledged, sum, feed)
        return try complete()
    }

    private var databases: [any Database] {
        destination.isSplit ? [destination.control, destination.region] : [destination.region]
    }

    private func begin(deferringWrites: Bool = false) throws(ImportFailure) {
        for database in databases {
            do { try database.begin(deferringWrites: deferringWrites) } catch { throw ImportFailure(error) }
        }
    }

    private func commit() throws(ImportFailure) {
        // Once one database has committed, the other must.
        for database in databases where destination.isSplit {
            do { try database.checkConstraints() } catch { throw ImportFailure(error) }
        }
        for database in databases {
            do { try database.commit() } catch { throw ImportFailure(error) }
        }
    }

    // MARK: Steps

    /// Milliseconds that emptying the tables and committing all may take beyond the stall limit: what the databases
    /// allow for it.
    private static let longStatementMilliseconds = 600_000

    private func timed(_ task: PreparedTask, _ work: RelocationImport) throws -> TimedOutcome {
        let start = Clock.now()
        heartbeat.beat()
        if log.logLevel <= .debug, case .task(let task) = task.element {
            log.debug("task started", metadata: Self.metadata(task))
        }
        let outcome = TimedOutcome(chunk: try work.perform(task), microseconds: Clock.now() - start)
        vitals.countChunk()
        if log.logLevel <= .debug, case .task(let task) = task.element {
            var metadata = Self.metadata(task)
            metadata["task.microseconds"] = "\(outcome.microseconds)"
            metadata["task.replay"] = "\(outcome.chunk.isReplay)"
            log.debug("task done", metadata: metadata)
        }
        return outcome
    }

    private static func metadata(_ task: QueueTask) -> Logger.Metadata {
        ["task.kind": "\(task.kind)", "task.name": "\(task.name)", "task.min_ordinal": "\(task.minOrdinal)"]
    }

    private func acknowledge(_ tasks: Int, _ outcome: ChunkOutcome, _ feed: TaskFeed) throws -> Acknowledgement {
        try Failpoint.reach("acknowledge.before")
        let listed = outcome.drops.prefix(max(Self.listedRowsPerTask, tasks > 1 ? outcome.drops.count : 0))
        let answer = try queue.acknowledge(
            claim, tasks: tasks, counters: outcome.account.counters, listed: listed.map(\.json))
        feed.acknowledged(tasks)
        try Failpoint.reach("acknowledge.after")
        return answer
    }

    private func complete() throws(QueueError) -> RunEnd {
        lease.end()
        try queue.complete(claim)
        FlowMetrics.record(.completed)
        log.info("relocation completed")
        return .completed
    }

    private func giveBack(_ reason: String) throws(QueueError) -> RunEnd {
        lease.end()
        try queue.release(claim)
        FlowMetrics.record(.released)
        log.info("relocation given back", metadata: ["reason": "\(reason)"])
        return .released
    }

    private func yieldTurn() throws(QueueError) -> RunEnd {
        lease.end()
        try queue.requeue(claim)
        FlowMetrics.record(.yielded)
        return .yielded
    }

    // MARK: Trouble

    private func end(after error: QueueError) -> RunEnd {
        if error.kind == .leaseLost {
            return lost(error.leaseLoss?.rawValue ?? "unknown")
        }
        log.warning("queue trouble", metadata: ["error": "\(error)"])
        guard !error.isTransient, error.kind != .authentication else { return .queueTrouble(error) }
        // The queue refuses what we ask for: trying again would only be refused again.
        do {
            return try fail(Finding(kind: .unknown, model: nil, reason: error.description))
        } catch {
            return .queueTrouble(error)
        }
    }

    private func end(after failure: ImportFailure) -> RunEnd {
        do {
            switch failure {
            case .lasting(let finding): return try fail(finding)
            case .passing(let error): return try postpone(error)
            case .leaseLost:
                return lost("expired")
            case .destination(let error):
                try queue.release(claim)
                log.error("the database cannot take imports", metadata: ["error": "\(error)"])
                return .unusable(error)
            }
        } catch {
            return end(after: error)
        }
    }

    /// The lease is gone and this worker lives: if its end was counted as a crash, that is taken back.
    private func lost(_ reason: String) -> RunEnd {
        FlowMetrics.record(.lost)
        log.warning("lease lost", metadata: ["reason": "\(reason)"])
        do { try queue.reportAlive(claim) } catch {
            // Redis is away: the crash stays counted, which only makes the next worker careful.
        }
        return .lost
    }

    /// A task that took one worker after the other with it would take this one too.
    private func setAside() throws -> RunEnd {
        let (scope, options) = try readOptions()
        // In one transaction nobody can tell at which task it was.
        if !isOneTransaction(scope, options),
            let first = try queue.tasks(claim, from: 0, count: 1, maxBytes: 1).elements.first
        {
            current = (0, first)
        }
        let place: (model: String, minOrdinal: Int64)? =
            if case .task(let task) = current?.element { (task.name, task.minOrdinal) } else { nil }
        return try fail(
            Finding(
                kind: .unknown, model: place?.model, ordinal: place?.minOrdinal,
                reason:
                    "\(claim.status.consecutiveCrashes) workers in a row were lost at this task, so that it is set aside; find out "
                    + "what ended them (memory, a crash), then retry, or skip the chunk"))
    }

    private func fail(_ finding: Finding) throws(QueueError) -> RunEnd {
        let row = finding.ordinal.map { " row \($0)" } ?? ""
        let reason = "\(finding.kind.rawValue) in \(finding.model ?? "the import")\(row): \(finding.reason)"
        let task: QueueTask? = if case .task(let task) = current?.element { task } else { nil }
        lease.end()
        try queue.fail(claim, findings: [finding.json()], reason: reason, at: current?.index, task: task)
        FlowMetrics.record(.failed)
        log.error("relocation failed", metadata: ["reason": "\(reason)"])
        return .failed
    }

    private func end(after error: TaskPreparer.KeyMissing) -> RunEnd {
        do {
            return try postpone(error.reason, givenUpAs: .unknown)
        } catch {
            return end(after: error)
        }
    }

    private func postpone(_ error: StorageError) throws(QueueError) -> RunEnd {
        let end = try postpone(error.message, givenUpAs: .databaseError)
        if case .postponed = end, error.kind == .unavailable { return .databaseTrouble(error) }
        return end
    }

    private func postpone(_ trouble: String, givenUpAs kind: Finding.Kind) throws(QueueError) -> RunEnd {
        let attempt = claim.status.attempts + 1
        switch settings.retries.decision(afterAttempt: attempt, jitter: Double.random(in: 0..<1)) {
        case .giveUp:
            let reason = "given up after \(attempt) attempts: \(trouble)"
            return try fail(Finding(kind: kind, model: nil, reason: reason))
        case .retry(let delay):
            lease.end()
            try queue.postpone(claim, delayMilliseconds: delay, trouble: trouble)
            FlowMetrics.record(.postponed)
            log.warning(
                "relocation postponed",
                metadata: ["error": "\(trouble)", "attempt": "\(attempt)", "delay_ms": "\(delay)"])
            return .postponed
        }
    }
}
