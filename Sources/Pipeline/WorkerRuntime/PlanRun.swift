import Catalogue
import Flow
import Import
import Ledger
import Queue
import Relocation
import Steps
import TaskFormat

/// Works a relocation that plans an import. Its tasks stay in the list until the end: a take-over begins again.
struct PlanRun {
    let turn: Turn
    let pass: PlanPass
    /// Of a relocation with steps.
    var request: RelocateRequest?

    private var held: HeldClaim { turn.held }

    func run() throws -> RunEnd {
        // Another worker was lost after it had told the plan and acknowledged all tasks.
        if !held.claim.status.plan.text.isEmpty, try firstTask(held) == nil { return try held.complete() }
        var result = try pass.run()
        if let interruption = result.interruption { return try held.end(interruption) }
        if result.finding == nil, let finding = try unknownPerson() {
            result.finding = finding
            result.plan.finding = finding.json()
        }
        try held.queue.tellPlan(held.claim, try turn.stored(result.plan), holds: false)
        if let finding = result.finding { return try held.fail(finding) }
        var outcome = TaskOutcome()
        outcome.rows = result.rows
        if result.feed.unacknowledged > 0 {
            _ = try held.acknowledge(result.feed.unacknowledged, outcome, result.feed, recorded: [:])
        }
        return try held.complete()
    }
}

extension PlanRun {
    /// The owner and the creator must be users of the destination.
    private func unknownPerson() throws -> Finding? {
        guard let request else { return nil }
        do {
            let tables = try RelocationTables(held.claim.uuid, in: turn.destination, pass.catalogue)
            guard let name = try tables.unknownPerson(of: request) else { return nil }
            return Finding(kind: .unknown, model: "sentry.user", reason: FlowReason.unknownUser(name))
        } catch {
            throw turn.failure(error)
        }
    }
}

/// Before an import that holds to a plan writes its first row: plans it anew, and fails it if anything has changed.
struct PlanCheck {
    let turn: Turn
    let pass: PlanPass

    private var held: HeldClaim { turn.held }

    /// Returns how the claim has ended, if the import must not begin.
    func run() throws -> RunEnd? {
        guard held.claim.status.chunksDone == 0, try turn.read(pass.context).map.isEmpty,
            let first = try firstTask(held), let plan = try pass.preparer.plan(in: first)
        else { return nil }
        let result = try pass.run()
        if let interruption = result.interruption { return try held.end(interruption) }
        let differences = plan.differences(from: result.plan)
        try held.queue.tellPlan(held.claim, try turn.stored(result.plan), holds: differences.isEmpty)
        held.current = nil
        guard !differences.isEmpty else { return nil }
        return try held.fail(Self.finding(differences, hidesNames: held.hidesNames), cause: .brokenPlan)
    }

    /// Differences that a reason names.
    private static let named = 20

    static func finding(_ differences: [String], hidesNames: Bool) -> Finding {
        let words = "the plan does not hold any more, and nothing was written"
        let listed = differences.prefix(named).joined(separator: "; ")
        let more = differences.count > named ? "; and \(differences.count - named) more" : ""
        let count = "\(differences.count) \(differences.count == 1 ? "difference" : "differences")"
        return Finding(
            kind: .unknown, model: nil, reason: "\(words): \(hidesNames ? count : listed + more)")
    }
}

/// The first task of the list; nil if none is left.
private func firstTask(_ held: HeldClaim) throws -> TaskElement? {
    try held.queue.tasks(held.claim, from: 0, count: 1, maxBytes: 1).elements.first
}

extension Turn {
    /// A plan as the record holds it: sealed if the tasks are.
    func stored(_ plan: ImportPlan) throws -> String {
        do {
            return try PlanText.stored(
                plan.json, of: held.claim.uuid, with: held.hidesNames ? settings.payloadKeys : nil)
        } catch {
            throw ImportFailure.permanent(Finding(kind: .unknown, model: nil, reason: error.message))
        }
    }
}
