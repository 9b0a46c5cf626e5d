import Catalogue
import Flow
import Import
import Queue
import Relocation
import Steps
import Storage

internal import Logging

/// The validation: a trial in a scratch database, at most three times.
extension FlowRun {
    func beginValidation() throws -> Refusal? {
        let reason = try storage { () throws(StorageError) in
            try tables.openValidation(now: WallClock.now())
            return try tables.beginAttempt(now: WallClock.now())
        }
        return reason.map { Refusal(reason: $0, trouble: "every attempt ended before it had a result") }
    }

    /// Tries the relocation. An attempt without a result is followed by the next one.
    func validate() throws -> Refusal? {
        while true {
            if let refusal = try beginValidation() { return refusal }
            do {
                findings = try trial()
                return nil
            } catch TrialFailure.destination(let error) {
                throw turn.failure(error)
            } catch TrialFailure.scratch(let problem) {
                let isLate = isPastLimit
                held.log.warning("a validation came to no result", metadata: ["error": "\(problem)"])
                _ = try storage { () throws(StorageError) in
                    try tables.endAttempt(isLate ? .timeout : .failure, now: WallClock.now())
                }
                restartLimit()
            }
        }
    }

    /// A worker that has no findings of its own tries once more: a trial changes nothing.
    func completeValidation() throws -> Refusal? {
        // A worker was lost after the result.
        if try storage({ () throws(StorageError) in try tables.isValidated() }) { return nil }
        if findings == nil, let refusal = try validate() { return refusal }
        let found = findings ?? []
        let end = try storage { () throws(StorageError) in
            try tables.endAttempt(found.isEmpty ? .valid : .invalid, now: WallClock.now())
        }
        guard case .refused(let reason) = end else { return nil }
        let words = "\(found.count) \(found.count == 1 ? "finding" : "findings") of the validation: see `findings`"
        return Refusal(reason: reason, trouble: words, findings: found)
    }

    // MARK: One attempt

    private func trial() throws -> [String] {
        let wanted = try row().wantedUsers?.compactMap { $0 } ?? []
        let usernames = try storage { () throws(StorageError) in try tables.existing(wanted) }
        let trial = try Trial(
            of: turn.destination, turn.settings.destination.catalogue, turn.settings.destination.instance,
            hidesValues: held.hidesNames, watch: turn.destination.region.beforeStatement)
        let isWhole = try trial.trying {
            try trial.importBaseline(usernames: usernames)
            let work = try importRows(trial)
            try verifyRows(trial, work)
            try trial.compareBaseline(usernames: usernames)
        }
        held.current = nil
        if !isWhole { held.log.info("a validation ended at its first fault") }
        return trial.findings
    }

    /// Rows per transaction of the scratch database.
    private static let rowsPerCommit = 20_000

    private func importRows(_ trial: Trial) throws -> RelocationImport {
        let work = try trial.importer(uuid, context.scope, context.flags)
        var tasks = WholeList(turn.feed(preparer), preparer)
        var rows = 0
        let progress = TransactionProgress(held)
        try trial.scratch.region.begin()
        while let task = try tasks.next() {
            // The steps around the rows are no part of the trial.
            if try task.prepared.flow() != nil { continue }
            let outcome = try task.prepared.perform(work)
            trial.note(outcome.rows.renames)
            tasks.add(outcome.followUps, after: task)
            rows += task.prepared.rowCount
            turn.heartbeat.beat()
            if rows >= Self.rowsPerCommit {
                try trial.scratch.region.commit()
                try trial.scratch.region.begin()
                rows = 0
            }
            try look(progress, rows, "validates: imports into a scratch database")
        }
        try trial.scratch.region.commit()
        return work
    }

    private func verifyRows(_ trial: Trial, _ work: RelocationImport) throws {
        let feed = turn.feed(preparer)
        let progress = TransactionProgress(held)
        while let task = try feed.next() {
            guard let chunk = task.chunk else { continue }
            try trial.verify(
                chunk.rows, of: chunk.model, hidden: chunk.hidden, by: work)
            turn.heartbeat.beat()
            try look(progress, chunk.rows.count, "validates: compares rows")
        }
    }

    /// Operators and the end of the worker need not wait for the end of a trial.
    private func look(_ progress: TransactionProgress, _ rows: Int, _ doing: String) throws {
        if turn.stop.isRequested { throw FlowInterruption.stop }
        let asked = try progress.show(chunks: 0, rows: 0)
        if asked != .none { throw FlowInterruption.operators(asked) }
    }
}

extension FlowRun {
    /// Ends the task if the worker must stop, or an operator asks for the relocation.
    func checkInterruption() throws {
        if turn.stop.isRequested { throw FlowInterruption.stop }
        let asked = held.lease.request
        if asked != .none { throw FlowInterruption.operators(asked) }
    }
}

/// Why a task ends before its work is done; it begins again later.
enum FlowInterruption: Error {
    case stop
    case operators(OperatorRequest)
    /// Something else has to happen first.
    case notYet(String)
}
