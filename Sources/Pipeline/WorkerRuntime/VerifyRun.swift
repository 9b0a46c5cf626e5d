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
        let register = try requireSameImport()
        var pass = try verify()
        if let request = pass.request { return try held.end(request) }
        guard repairs, !pass.incomplete.isEmpty else { return try tell(pass) }
        let repair = Repair(
            turn: turn, context: context, preparer: preparer, register: register.found == nil ? nil : register)
        var account = Repair.Account()
        // A row that is written may show that others are missing, which seemed to lack what they refer to.
        var isDone = false
        while !isDone {
            let written = try repair.run(pass.incomplete, &account)
            if let request = account.request { return try held.end(request) }
            pass = try verify(account.refused)
            if let request = pass.request { return try held.end(request) }
            isDone = written == 0 || pass.incomplete.isEmpty
        }
        account.add(to: &pass.found)
        return try tell(pass)
    }

    // MARK: Before

    /// The ledger tells whether the UUID stands for this file.
    private func requireSameImport() throws -> ImportRegister {
        let register: ImportRegister
        do {
            register = try ImportRegister(context.importUUID, ImportOrigin(), in: turn.destination)
        } catch {
            throw turn.failure(error)
        }
        let work = try RelocationImport(context, into: turn.destination, catalogue: turn.settings.destination.catalogue)
        let isThere = register.found.map { !$0.ended(.undone) } ?? false
        guard !work.map.isEmpty || isThere else {
            throw TakeOver.Refusal.unknownImport(context.importUUID, register.found)
        }
        let takeOver = TakeOver(
            status: held.claim.status, recordedRows: [:], entry: register.found, written: work.sourceBounds)
        if let refusal = takeOver.halfUndone ?? takeOver.otherImport { throw refusal }
        return register
    }

    // MARK: One pass

    /// What one pass over all tasks has found.
    fileprivate struct Pass {
        var outcome = TaskOutcome()
        var found: VerifiedRows
        /// By the places of their tasks.
        var incomplete: [Int: Repair.MissingRows] = [:]
        let feed: TaskFeed
        /// Why the pass ended early.
        var request: Interruption?
    }

    /// - Parameter refused: see ``VerifiedRows``
    private func verify(_ refused: [String: [Int64: String]] = [:]) throws -> Pass {
        var pass = Pass(
            found: VerifiedRows(hidesValues: held.hidesNames, refused: refused), feed: turn.feed(preparer))
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
        let missing = verified.absent.filter { $0.reason == .missing }.map(\.ordinal)
        guard !missing.isEmpty else { return }
        incomplete[feed.unacknowledged - 1] = Repair.MissingRows(ordinals: missing, lost: Set(verified.lost))
    }
}

extension TakeOver.Refusal {
    fileprivate static func unknownImport(_ uuid: String, _ entry: ImportEntry?) -> Self {
        let reason =
            entry?.end.map { "nothing of the import \(uuid) is left in the destination: \($0.reason)" }
            ?? "the destination knows no import \(uuid): no chunk row has its UUID; relocation-worker imports lists what it "
            + "knows"
        return TakeOver.Refusal(cause: .unknownImport, finding: Finding(kind: .unknown, model: nil, reason: reason))
    }
}
