import Catalogue
import Comparison
import Import
import Ledger
import Queue
import Relocation
import Storage

/// Writes the rows that a verification has found missing, chunk by chunk, each in a transaction of its own. Rows that were
/// written before get the ids that they had. What cannot be written holds up nothing else: it is told by row.
struct Repair {
    let turn: Turn
    /// That of the import.
    let context: ImportContext
    let preparer: TaskPreparer
    /// The import's entry in the ledger, so that an undo finds what is written here, too; nil if it has none.
    let register: ImportRegister?

    private var held: HeldClaim { turn.held }

    /// The rows of one chunk that are missing.
    struct MissingRows: Equatable {
        var ordinals: [Int64] = []
        /// Source keys of those of the chunk's rows that were written before.
        var lost: Set<Int64> = []

        fileprivate var halves: [MissingRows] {
            let middle = ordinals.count / 2
            return [ordinals[..<middle], ordinals[middle...]].map { MissingRows(ordinals: Array($0), lost: lost) }
        }
    }

    /// What repairs have done so far.
    struct Account {
        /// Rows written.
        var rows = VerificationCounts()
        /// Model → ordinal → why the row could not be written.
        fileprivate(set) var refused: [String: [Int64: String]] = [:]
        /// Model → why what derives from its rows could not be written, by what it is.
        fileprivate(set) var underived: [String: [String: String]] = [:]
        /// Why it ended early; nil if all was tried.
        fileprivate(set) var request: Interruption?

        /// Counts and findings of what derives from rows that are there.
        func add(to found: inout VerifiedRows) {
            var counts = rows
            for (model, parts) in underived.sorted(by: { $0.key < $1.key }) {
                for (part, reason) in parts.sorted(by: { $0.key < $1.key }) {
                    counts.count(model) { $0.unwritten += 1 }
                    found.add(
                        ComparisonFinding(
                            "NotWritten", model: model, reason: "\(part) could not be written: \(reason)"))
                }
            }
            found.addRepaired(counts)
        }
    }

    /// Tries everything once. Returns the rows written.
    ///
    /// - Parameter incomplete: places of the tasks with rows that are missing
    func run(_ incomplete: [Int: MissingRows], _ account: inout Account) throws -> Int {
        let feed = turn.feed(preparer)
        var written: [String: Int] = [:]
        account.refused = [:]
        while let task = try feed.next() {
            guard let rows = incomplete[feed.unacknowledged - 1], let model = task.verifiedModel else { continue }
            if turn.stop.isRequested {
                account.request = .stop
                break
            }
            written[model.name, default: 0] += try write(rows, of: task, model, &account)
            if held.lease.request != .none {
                account.request = .operators(held.lease.request)
                break
            }
        }
        for (model, rows) in written { account.rows.count(model) { $0.repaired += rows } }
        if account.request == nil { try derive(Set(written.keys), &account) }
        return written.values.reduce(0, +)
    }

    private func read() throws(ImportFailure) -> RelocationImport {
        try RelocationImport(
            context, into: turn.destination, catalogue: turn.settings.destination.catalogue, register: register)
    }

    // MARK: Rows

    /// Halves what cannot be written together, down to the rows that are at fault. Returns the rows that are new in the chunk
    /// rows.
    private func write(
        _ rows: MissingRows, of task: PreparedTask, _ model: Model, _ account: inout Account
    ) throws -> Int {
        do {
            return try writeTogether(rows, of: task, model)
        } catch ImportFailure.permanent(let finding) {
            guard rows.ordinals.count > 1 else {
                let reason = held.hidesNames ? finding.reason : finding.plainReason
                for ordinal in rows.ordinals { account.refused[model.name, default: [:]][ordinal] = reason }
                return 0
            }
            return try rows.halves.reduce(0) { try $0 + write($1, of: task, model, &account) }
        }
    }

    private func writeTogether(_ rows: MissingRows, of task: PreparedTask, _ model: Model) throws -> Int {
        guard held.lease.isHeld else { throw ImportFailure.leaseLost }
        held.current = nil
        turn.heartbeat.beat()
        try turn.begin(deferringWrites: false)
        do {
            let ordinals = Set(rows.ordinals)
            let lost = rows.lost.intersection(task.verifiedRows(ordinals).compactMap(\.sourcePK))
            let work = try read().forgetting(Array(lost), of: model, register: register)
            let before = work.map.entries(of: model.name).count
            _ = try task.importRows(work, only: ordinals)
            try work.confirmAlone()
            try work.prepareCommits()
            try turn.commit()
            try work.finishCommits()
            return work.map.entries(of: model.name).count - before
        } catch {
            turn.destination.rollback()
            register?.rolledBack()
            throw error
        }
    }

    // MARK: What derives from them

    private func derive(_ models: Set<String>, _ account: inout Account) throws {
        let work = try read()
        if models.contains("sentry.organization") {
            try part("the organizations' slugs", of: "sentry.organization", &account) { _ = try work.provisionSlugs() }
        }
        for model in work.modelsToDerive where models.contains(model.name) {
            try part("what saving these rows adds", of: model.name, &account) { try work.derive(model) }
        }
    }

    private func part(_ name: String, of model: String, _ account: inout Account, _ work: () throws -> Void) throws {
        guard held.lease.isHeld else { throw ImportFailure.leaseLost }
        turn.heartbeat.beat()
        do {
            try work()
            account.underived[model]?[name] = nil
        } catch ImportFailure.permanent(let finding) {
            account.underived[model, default: [:]][name] = finding.reason
        }
    }
}
