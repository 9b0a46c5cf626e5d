import Catalogue
import Glibc
import Import
import Ledger
import Queue
import Relocation
import Steps
import Storage
import TaskFormat
import Traces

internal import Logging

/// One slot's turn on one claimed relocation: the claim, the databases, and what watches the work.
struct Turn {
    let held: HeldClaim
    let destination: Destination
    var settings: WorkerSettings
    let vitals: WorkerVitals
    let heartbeat: Heartbeat
    let stop: StopSignal

    private var catalogue: Catalogue { settings.destination.catalogue }

    /// Takes the relocation over: continues from what the database holds, if that fits the relocation.
    ///
    /// - Throws: ``TakeOver/Refusal`` if the database holds another import or has lost rows.
    func takeOver(_ context: ImportContext, _ preparer: TaskPreparer) throws -> RelocationImport {
        let status = held.claim.status
        if !status.replaces.isEmpty {
            let takeOver = TakeOver(
                status: status, recordedRows: [:], entry: held.register?.found, written: [:])
            if let refusal = takeOver.otherImport { throw refusal }
            try ReplacedFile(turn: self, context: context, preparer: preparer).accept()
        }
        let work = try resume(context)
        if held.register?.found?.end != nil { try reopen(work) }
        return work
    }

    /// The entry has an end: the relocation goes on, or begins anew after an undo. Redis confirms, after the entry was read,
    /// that this claim is no older one; and nobody may have written the entry since.
    private func reopen(_ work: RelocationImport) throws {
        _ = try held.queue.bind(held.claim, destination: settings.serving(destination))
        try begin(deferringWrites: false)
        try work.keepOthersOut()
        do { try held.register?.reopen() } catch { throw failure(error) }
        try commit()
    }

    /// Redis may have forgotten a worker, or an operator may have aborted it: until its lease would have run out it may still
    /// write.
    ///
    /// - Parameter elapsed: milliseconds that have passed, before the claim, since no other can have begun
    func waitOutEarlierLease(elapsed: Int64 = 0) {
        let end = LeaseClock.now() + Int64(held.claim.leaseMilliseconds) - elapsed
        while LeaseClock.now() < end, held.lease.isHeld {
            heartbeat.beat()
            usleep(Self.beatMicroseconds)
        }
    }

    /// Between two signs of life.
    private static let beatMicroseconds: UInt32 = 50_000

    func failure(_ error: StorageError) -> ImportFailure { ImportFailure(error, catalogue) }

    /// Continues the import from what the database holds, if it still fits the relocation.
    func resume(_ context: ImportContext) throws -> RelocationImport {
        let work = try read(context)
        let takeOver = TakeOver(
            status: held.claim.status, recordedRows: held.recordedRows, entry: held.register?.found,
            written: work.sourceBounds, isRecordOlder: try isRecordOlder())
        if let refusal = takeOver.refusal { throw refusal }
        return work
    }

    private func isRecordOlder() throws(ImportFailure) -> Bool {
        guard held.recordMark.known > 0 else { return false }
        do {
            let record = try RelocationTables(held.claim.uuid, in: destination, catalogue).row()
            return record?.changed ?? 0 < held.recordMark.known
        } catch {
            throw failure(error)
        }
    }

    /// What the database holds of the import, whether it fits or not.
    func read(_ context: ImportContext) throws(ImportFailure) -> RelocationImport {
        try RelocationImport(context, into: destination, catalogue: catalogue, register: held.register)
    }

    /// Why the relocation cannot go on after an error. Rows fail for want of others if the database has lost those.
    func cause(of error: any Error, _ context: ImportContext?) -> any Error {
        guard case ImportFailure.permanent = error, let context else { return error }
        do {
            _ = try resume(context)
            if case ImportFailure.permanent(let finding) = error {
                return ImportFailure.permanent(try finding.namingHolder(in: destination, catalogue))
            }
        } catch let refusal as TakeOver.Refusal {
            return refusal
        } catch {
            // The database cannot be asked now. The next take-over asks it.
        }
        return error
    }

    /// After the last task, or with it: the destination remembers that the relocation has succeeded.
    ///
    /// - Parameter last: what became of rows that are not acknowledged yet.
    func closeEntry(with last: RowAccount = RowAccount()) throws(ImportFailure) {
        do {
            try held.closeEntry(with: last)
        } catch {
            throw failure(error)
        }
    }

    func begin(deferringWrites: Bool) throws(ImportFailure) {
        try destination.begin(deferringWrites: deferringWrites, catalogue)
    }

    /// Shows all databases at one moment each, and refuses writes.
    func beginReading() throws(ImportFailure) {
        do {
            try destination.region.beginReading(snapshot: nil)
            if destination.isSplit { try destination.control.beginReading(snapshot: nil) }
        } catch {
            throw failure(error)
        }
    }

    func commit() throws(ImportFailure) {
        try FlowMetrics.timed(.commit) { () throws(ImportFailure) in try destination.commit(catalogue) }
        noteSuccess()
    }

    /// The destination takes work: what troubled it before is over.
    private func noteSuccess() {
        guard let trouble = vitals.health.succeeded() else { return }
        held.log.info(
            "the destination works again",
            metadata: [
                "trouble": "\(trouble.message)",
                "seconds": .stringConvertible((LeaseClock.now() - trouble.since) / 1_000),
            ])
        vitals.health.clear(settings.destinationName, in: held.queue)
    }

    /// What opens and decodes the relocation's tasks.
    func preparer(_ options: RelocationOptions) -> TaskPreparer {
        TaskPreparer(
            importUUID: held.claim.uuid, keyring: settings.payloadKeys, options: options,
            skippedRows: held.claim.status.skippedRows, catalogue: catalogue)
    }

    /// The tasks of the relocation, from the first one.
    func feed(_ preparer: TaskPreparer) -> TaskFeed { TaskFeed(held.queue, held.claim, preparer) }

    /// Performs one task, measures it and logs it. Throws if the lease is over: with deferred writes a small task may run
    /// no statement, which would notice.
    ///
    /// - Parameters:
    ///   - index: the place in the list of the task itself; for a follow-up, of the task that caused it
    ///   - cause: the task at that place, for a follow-up
    func perform(
        _ task: PreparedTask, at index: Int, causedBy cause: TaskElement? = nil, _ work: RelocationImport
    ) throws -> TimedOutcome {
        guard held.lease.isHeld else { throw ImportFailure.leaseLost }
        held.current = (index, cause ?? task.element)
        heartbeat.beat()
        let start = WallClock.now()
        logDebug("task started", task)
        if case .task(let task) = task.element { vitals.board.begin(task: TaskNote(task).text, of: held.claim.uuid) }
        let kind = if case .task(let task) = task.element { task.kind } else { "" }
        let done = try Traces.span(.task(TaskKind(rawValue: kind)?.rawValue ?? FlowMetrics.other)) {
            let done = try task.perform(work)
            Traces.note(task.facts(done))
            return done
        }
        let outcome = TimedOutcome(task: done, kind: kind, microseconds: WallClock.now() - start)
        vitals.countChunk()
        vitals.board.finish(rows: outcome.task.rows.account.totals.total, of: held.claim.uuid)
        logDebug(
            "task done", task,
            [
                "task.microseconds": .stringConvertible(outcome.microseconds),
                "task.replay": .stringConvertible(outcome.task.rows.isReplay),
            ])
        return outcome
    }

    private func logDebug(_ message: Logger.Message, _ task: PreparedTask, _ more: Logger.Metadata = [:]) {
        guard held.log.logLevel <= .debug, case .task(let task) = task.element else { return }
        let place: Logger.Metadata = [
            "task.kind": "\(task.kind)", "task.name": "\(task.name)",
            "task.min_ordinal": .stringConvertible(task.minOrdinal),
        ]
        held.log.debug(message, metadata: place.merging(more) { $1 })
    }
}
