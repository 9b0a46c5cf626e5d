import Catalogue
import Import
import Ledger
import Queue
import Relocation
import Storage
import TaskFormat
import Verification

/// Works a relocation that verifies an earlier import: holds all rows of the file against the destination at one moment,
/// then tells what it has found. If it is asked to, it first writes what is missing and looks once more. Its tasks stay in
/// the list until the end: a take-over begins again.
struct VerifyRun {
    let turn: Turn
    /// That of the import.
    let context: ImportContext
    let preparer: TaskPreparer
    let repairs: Bool

    private var held: HeldClaim { turn.held }

    func run() throws -> RunEnd {
        try requireSameImport()
        let first = try verify()
        if let request = first.request { return try held.end(request) }
        var result = first
        if repairs, !first.incomplete.isEmpty {
            let repair = Repair(turn: turn, context: context, preparer: preparer)
            let written = try repair.run(first.incomplete)
            if let request = written.request { return try held.end(request) }
            result = try verify()
            if let request = result.request { return try held.end(request) }
            result.found.addRepaired(written.rows)
        }
        return try tell(result)
    }

    // MARK: Before

    /// The ledger tells whether the UUID stands for this file.
    private func requireSameImport() throws {
        let register: ImportRegister
        do {
            register = try ImportRegister(context.importUUID, ImportOrigin(), in: turn.destination)
        } catch {
            throw turn.failure(error)
        }
        let work = try RelocationImport(context, into: turn.destination, catalogue: turn.settings.destination.catalogue)
        guard !work.map.isEmpty || register.found != nil else {
            throw TakeOver.Refusal.unknownImport(context.importUUID)
        }
        let takeOver = TakeOver(
            status: held.claim.status, recordedRows: [:], entry: register.found, written: work.sourceBounds)
        if let refusal = takeOver.otherImport { throw refusal }
    }

    // MARK: One pass

    /// What one pass over all tasks has found.
    fileprivate struct Pass {
        var outcome = TaskOutcome()
        var found: VerifiedRows
        /// Places of the tasks with rows that are missing → those of them that were written before.
        var incomplete: [Int: [Int64]] = [:]
        let feed: TaskFeed
        /// Why the pass ended early.
        var request: Interruption?
    }

    private func verify() throws -> Pass {
        var pass = Pass(found: VerifiedRows(hidesValues: held.hidesNames), feed: turn.feed(preparer))
        try turn.beginReading()
        defer { turn.destination.rollback() }
        let work = try RelocationImport(context, into: turn.destination, catalogue: turn.settings.destination.catalogue)
        let progress = TransactionProgress(held)
        while let task = try pass.feed.next() {
            if turn.stop.isRequested {
                pass.request = .stop
                return pass
            }
            let outcome = try turn.perform(task, at: pass.feed.unacknowledged - 1, work)
            held.current = nil
            FlowMetrics.record([outcome])
            pass.add(outcome.task)
            let request = try progress.show(
                chunks: pass.feed.unacknowledged, rows: pass.outcome.rows.account.totals.total)
            if request != .none {
                pass.request = .operators(request)
                return pass
            }
        }
        return pass
    }

    // MARK: Its end

    /// The counts go to Redis with the acknowledgement. A worker that is lost right after it finds an empty list, and the
    /// counts.
    private func tell(_ pass: Pass) throws -> RunEnd {
        var counts = VerificationCounts(counters: held.claim.status.counters)
        counts.add(pass.found.counts)
        if pass.feed.unacknowledged > 0 {
            _ = try held.acknowledge(pass.feed.unacknowledged, pass.outcome, pass.feed, recorded: [:], counts.counters)
        }
        return counts.isSound ? try held.complete() : try held.fail(counts, pass.found.findings)
    }
}

extension VerifyRun.Pass {
    fileprivate mutating func add(_ task: TaskOutcome) {
        outcome.add(task)
        guard let verified = task.verified else { return }
        found.add(verified)
        if verified.counts.totals.missing > 0 { incomplete[feed.unacknowledged - 1] = verified.lost }
    }
}

extension TakeOver.Refusal {
    fileprivate static func unknownImport(_ uuid: String) -> Self {
        TakeOver.Refusal(
            cause: .otherImport,
            finding: Finding(
                kind: .unknown, model: nil,
                reason:
                    "the destination knows no import \(uuid): no chunk row has its UUID; relocation-worker imports lists "
                    + "what it knows"))
    }
}
