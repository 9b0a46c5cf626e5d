import Catalogue
import Import
import Ledger
import Queue
import Relocation
import Storage

/// Writes the rows that a verification has found missing, chunk by chunk, each in a transaction of its own. Rows that were
/// written before get the ids that they had.
struct Repair {
    let turn: Turn
    /// That of the import.
    let context: ImportContext
    let preparer: TaskPreparer

    private var held: HeldClaim { turn.held }

    /// - Parameter incomplete: places of the tasks with rows that are missing → source keys of those that were written before
    /// - Returns: the rows written, and why it ended early; nil if all is done
    func run(
        _ incomplete: [Int: [Int64]]
    ) throws -> (rows: VerificationCounts, request: Interruption?) {
        let feed = turn.feed(preparer)
        var rows = VerificationCounts()
        var models: [String: Model] = [:]
        while let task = try feed.next() {
            guard let lost = incomplete[feed.unacknowledged - 1], let model = task.verifiedModel else { continue }
            if turn.stop.isRequested { return (rows, .stop) }
            let written = try write(task, of: model, lost)
            rows.count(model.name) { $0.repaired += written }
            models[model.name] = model
            if held.lease.request != .none { return (rows, .operators(held.lease.request)) }
        }
        let work = try read()
        if models["sentry.organization"] != nil { try work.provisionSlugs() }
        for model in work.modelsToDerive where models[model.name] != nil { try work.derive(model) }
        return (rows, nil)
    }

    private func read() throws(ImportFailure) -> RelocationImport {
        try RelocationImport(context, into: turn.destination, catalogue: turn.settings.destination.catalogue)
    }

    /// Returns the rows that are new in the chunk rows.
    private func write(_ task: PreparedTask, of model: Model, _ lost: [Int64]) throws -> Int {
        guard held.lease.isHeld else { throw ImportFailure.leaseLost }
        held.current = nil
        turn.heartbeat.beat()
        try turn.begin(deferringWrites: false)
        do {
            let work = try read().forgetting(lost, of: model)
            let before = work.map.entries(of: model.name).count
            _ = try task.importRows(work)
            try work.confirmAlone()
            try work.prepareCommits()
            try turn.commit()
            try work.finishCommits()
            return work.map.entries(of: model.name).count - before
        } catch {
            turn.destination.rollback()
            throw error
        }
    }
}
