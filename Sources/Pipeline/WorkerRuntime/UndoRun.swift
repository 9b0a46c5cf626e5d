import Catalogue
import Events
import Failpoints
import Import
import Ledger
import Queue
import Steps
import Storage
import TaskFormat
import TextForms
import Undo

/// Undoes a relocation under its own UUID: first decides what goes and whether anything stands in the way, then removes it
/// in bounded transactions. A take-over begins again at the first of them, and finds the rows gone that are gone.
struct UndoRun {
    let turn: Turn

    private var held: HeldClaim { turn.held }
    private var status: RelocationStatus { held.claim.status }
    private var catalogue: Catalogue { turn.settings.destination.catalogue }

    /// The worker stops, or an operator asks for something.
    private enum Interruption: Error {
        case stop
        case operators(OperatorRequest)
    }

    func run() throws -> RunEnd {
        guard let request = UndoRequest(json: status.undo.request) else {
            throw ImportFailure.permanent(
                Finding(kind: .unknown, model: nil, reason: "the request for the undo was written by another version"))
        }
        do {
            return try undo(request)
        } catch let error as StorageError {
            throw failure(error)
        } catch Interruption.stop {
            return try held.release("the worker stops")
        } catch Interruption.operators(let request) {
            return try held.release(for: request)
        }
    }

    private func undo(_ request: UndoRequest) throws -> RunEnd {
        var footprint = try read(request)
        if footprint.entry == nil, !request.isDryRun, !status.undo.isBegun {
            // Nothing in the destination keeps a worker off that Redis has forgotten.
            turn.waitOutEarlierLease()
            footprint = try read(request)
        }
        if let reason = doneBefore(footprint) {
            if !request.isDryRun {
                try footprint.touch()
                // One that had not imported anything has this record alone, and the earlier worker may not have come to it.
                if footprint.entry == nil { try noteInRecord(reason, nil) }
            }
            return try held.undone(reason)
        }
        guard footprint.entry != nil || footprint.hasChunks || !status.scope.isEmpty else {
            return try held.returned(UndoSummary(), .unknown("the destination knows no import \(status.uuid)"))
        }
        try tellOrigin(footprint)
        let plan: UndoPlan
        do {
            plan = try self.plan(footprint, request)
        } catch let refusal as UndoRefusal {
            return try refuse(UndoSummary(), refusal)
        }
        let work = UndoWork(plan, of: footprint, in: turn.destination, catalogue)
        if request.isDryRun { return try held.returned(try count(work), plan.refusal) }
        if let refusal = plan.refusal { return try refuse(plan.summary, refusal) }
        let reason = reason(request)
        if let asked = try begin(work, plan, reason) { throw Interruption.operators(asked) }
        let last = try read(request)
        guard footprint.isOlder(than: last) else { return try perform(work, plan, reason) }
        // A worker that Redis had forgotten has written meanwhile.
        do {
            let more = try self.plan(last, request)
            if let refusal = more.refusal { return try refuse(more.summary, refusal, isBegun: true) }
            return try perform(UndoWork(more, of: last, in: turn.destination, catalogue), more, reason)
        } catch let refusal as UndoRefusal {
            return try refuse(UndoSummary(), refusal, isBegun: true)
        }
    }

    /// From now on the undo cannot be given up. Returns what an operator asks for instead.
    private func begin(_ work: UndoWork, _ plan: UndoPlan, _ reason: String) throws -> OperatorRequest? {
        let asked = try held.queue.describeUndo(held.claim, summary: told(plan).json, isBegun: true)
        if asked != .none { return asked }
        try Failpoint.reach("undo.begun")
        try work.mark(reason)
        try Failpoint.reach("undo.marked")
        return nil
    }

    private func told(_ plan: UndoPlan) -> UndoSummary {
        var summary = plan.summary
        summary.total = plan.total
        return summary
    }

    // MARK: Before

    private func read(_ request: UndoRequest) throws -> Footprint {
        do {
            if !request.isDryRun {
                try Footprint.awaitLateWorkers(of: status.uuid, in: turn.destination, catalogue)
            }
            return try Footprint(status.uuid, in: turn.destination, catalogue)
        } catch LedgerError.catalogue(let gap) {
            throw ImportFailure.destination(StorageError(.schemaMismatch, gap.description))
        } catch LedgerError.storage(let error) {
            throw error
        }
    }

    /// Why nothing is left to do: an earlier worker was lost before it could tell Redis. nil if there is.
    private func doneBefore(_ footprint: Footprint) -> String? {
        if let end = footprint.entry?.end, footprint.entry?.ended(.undone) == true { return end.reason }
        return status.undo.isBegun && footprint.entry == nil && !footprint.hasChunks ? reason() : nil
    }

    /// Redis has forgotten the relocation: it gets to know what the ledger knows.
    private func tellOrigin(_ footprint: Footprint) throws {
        guard status.scope.isEmpty, let entry = footprint.entry else { return }
        var origin = ForgottenRelocation()
        origin.scope = entry.origin.scope
        origin.options = entry.origin.options
        origin.digest = entry.origin.digest
        origin.sourceName = entry.origin.fileName
        origin.rowsSource = Int(entry.origin.rowsSource)
        origin.toolVersion = entry.origin.toolVersion
        origin.hasSucceeded = entry.ended(.success)
        try held.queue.describeUndo(held.claim, summary: "", isBegun: entry.ended(.undoing), origin: origin)
    }

    private func plan(_ footprint: Footprint, _ request: UndoRequest) throws -> UndoPlan {
        try reading {
            try UndoPlanner(footprint, in: turn.destination, catalogue).plan(
                cascade: request.cascade.map { ($0.table, $0.id) },
                scope: footprint.entry?.origin.scope ?? status.scope)
        }
    }

    private func count(_ work: UndoWork) throws -> UndoSummary {
        try reading {
            var summary = try work.count()
            if let events = try events() { summary.add(try events.count()) }
            return summary
        }
    }

    /// What the relocation has saved of events; nil if nothing.
    private func events() throws(StorageError) -> EventRemoval? {
        guard try turn.destination.hasLedger() else { return nil }
        let references = try References(catalogue, turn.destination)
        return try EventRemoval(
            of: status.uuid, in: turn.destination.region, catalogue,
            referrers: references.referrers(to: "sentry_groupedmessage"))
    }

    /// In transactions that refuse writes, and that show one moment.
    private func reading<Result>(_ body: () throws -> Result) throws -> Result {
        try turn.beginReading()
        defer { turn.destination.rollback() }
        return try body()
    }

    /// Once rows are removed, a refusal is a failure of the undo.
    private func refuse(
        _ summary: UndoSummary, _ refusal: UndoRefusal, isBegun: Bool = false
    ) throws -> RunEnd {
        guard isBegun || status.undo.isBegun else { return try held.returned(summary, refusal) }
        try held.queue.describeUndo(held.claim, summary: summary.json, isBegun: true)
        throw ImportFailure.permanent(Finding(kind: .integrityError, model: nil, reason: refusal.reason))
    }

    // MARK: The work

    private func perform(_ work: UndoWork, _ plan: UndoPlan, _ reason: String) throws -> RunEnd {
        var summary = told(plan)
        let progress = TransactionProgress(held)
        func pass(_ done: UndoSummary, _ table: String) throws {
            try Failpoint.reach("undo.page")
            try self.pass(done, "removes rows of \(table)", progress)
        }
        try work.restore(&summary, pass: pass)
        var work = work
        work.pair = pair(for: plan)
        try work.remove(&summary, pass: pass)
        try events()?.remove(&summary, begin: work.begin, pass: pass)
        try held.queue.describeUndo(held.claim, summary: summary.json, isBegun: true)
        try Failpoint.reach("undo.removed")
        try work.forgetControl()
        try Failpoint.reach("undo.forgotten")
        try noteInRecord(reason, work.entry)
        try work.forget(reason)
        try Failpoint.reach("undo.done")
        return try held.undone(reason)
    }

    /// A second connection to a server, for an undo of many rows. After a failure one works alone, in case the two stood in each
    /// other's way.
    private func pair(for plan: UndoPlan) -> DeletionPair? {
        let region = turn.settings.destination.region
        guard region.isServer, status.attempts == 0, plan.groups.contains(where: { $0.ids.count > UndoWork.page }),
            let second = try? DatabaseConnector.open(region, timeouts: turn.settings.destination.timeouts)
        else { return nil }
        return try? DeletionPair(turn.destination.region, turn.destination.adapted(second))
    }

    /// The record of a relocation with steps outlives it, and says so. Redis may have forgotten that it had steps; the ledger knows.
    private func noteInRecord(_ reason: String, _ entry: ImportEntry?) throws(StorageError) {
        let options = RelocationOptions(json: entry?.origin.options ?? "")
        guard status.flow != nil || options?.relocate != nil else { return }
        try RelocationTables(status.uuid, in: turn.destination, catalogue).end(reason, now: WallClock.now())
    }

    /// After each transaction.
    private func pass(_ done: UndoSummary, _ doing: String, _ progress: TransactionProgress) throws {
        if turn.stop.isRequested { throw Interruption.stop }
        let rows = done.totals.removed.saturatedAdding(done.totals.restored)
        let asked = try progress.show(chunks: 0, rows: rows, doing: doing)
        if asked != .none { throw Interruption.operators(asked) }
    }

    private func reason(_ request: UndoRequest? = nil) -> String {
        let by = (request ?? UndoRequest(json: status.undo.request))?.by ?? ""
        return "Undone by \(by) at \(TimestampText.text(milliseconds: WallClock.now() / 1_000))"
    }

    /// A table from which nothing may be deleted concerns this undo, not the destination.
    private func failure(_ error: StorageError) -> ImportFailure {
        guard error.kind == .permissionDenied || error.kind == .foreignKeyViolation else { return turn.failure(error) }
        let remedy =
            error.kind == .permissionDenied
            ? ": an undo needs GRANT DELETE on the table; then undo it again"
            : ": another row refers to what is removed, since the undo began; undo it again to see which"
        return .permanent(Finding(kind: .databaseError, model: error.table, reason: error.message + remedy))
    }
}
