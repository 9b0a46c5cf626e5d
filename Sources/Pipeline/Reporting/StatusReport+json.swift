import Catalogue
import Queue

// For scripts: the keys are a contract.
extension StatusReport {
    /// One object, without a final line end.
    public var json: String { value.prettyText }

    /// A list of objects, without a final line end.
    public static func json(_ reports: [StatusReport]) -> String { JSONValue.list(reports.map(\.value)).prettyText }

    /// The object of the contract.
    package var value: JSONValue {
        .object(
            [state, work, flowMembers, rowCounts, renames, earlierMembers, times, paceMembers, checkMembers].reduce(
                into: [:]) {
                    out, members in
                    out.merge(members) { $1 }
                })
    }

    private var state: [String: JSONValue] {
        [
            "uuid": .text(status.uuid),
            "kind": .text(kind),
            "scope": .text(status.scope),
            "next": next.map(JSONValue.text) ?? .null,
            "status": .text(status.status.rawValue),
            "step": .text(status.step.rawValue),
            "endedBy": status.endedBy.map { .text($0.rawValue) } ?? .null,
            "enqueuedBy": JSONValue(nonEmpty: status.enqueuedBy),
            "failureReason": JSONValue(nonEmpty: status.failureReason),
            "findings": .list(status.findings.map(JSONValue.init(embedding:))),
            "warnings": .list(status.warnings.map(JSONValue.text)),
            "losses": .list(status.losses.map(JSONValue.text)),
            "adapted": .object(adaptedCounts.mapValues { JSONValue($0) }),
            "flags": JSONValue(embedding: status.options),
            "source": .text(status.sourceName),
            "toolVersion": JSONValue(nonEmpty: status.toolVersion),
            "digest": JSONValue(nonEmpty: status.digest),
            "failedTask": JSONValue(embedding: status.failedTask),
            "skipped": .list(status.skipped.map(JSONValue.init(embedding:))),
            "pauseRequested": .flag(status.pauseRequested),
            "cancelRequested": .flag(status.cancelRequested),
        ]
    }

    /// `lastTrouble` and `owner` are older names of `trouble` and `worker`.
    private var work: [String: JSONValue] {
        let trouble = JSONValue(nonEmpty: trouble)
        let worker = JSONValue(nonEmpty: status.owner)
        return [
            "chunks": .object(["total": JSONValue(status.chunksTotal), "done": JSONValue(status.chunksDone)]),
            "payloadBytes": JSONValue(status.payloadBytes),
            "destination": .object([
                "name": .text(status.destinationName), "url": JSONValue(nonEmpty: status.destinationAddress),
            ]),
            "situation": situation(now: Timestamp.now()).words(status).map { .text(PlainText.line($0)) } ?? .null,
            "doing": JSONValue(nonEmpty: status.doing),
            "attempts": JSONValue(status.attempts),
            "maxAttempts": status.maxAttempts > 0 ? JSONValue(status.maxAttempts) : .null,
            "takeovers": JSONValue(status.takeovers),
            "trouble": trouble, "lastTrouble": trouble,
            "worker": worker, "owner": worker,
        ]
    }

    private var rowCounts: [String: JSONValue] {
        var rows = Self.members(account.totals)
        rows["source"] = JSONValue(status.rowsSource)
        if status.rowsUncommitted > 0 { rows["uncommitted"] = JSONValue(status.rowsUncommitted) }
        return [
            "rows": .object(rows),
            "dropped": droppedReasons,
            "models": .object(
                account.models.mapValues { counts in
                    .object(Self.members(counts).merging(["droppedFor": Self.reasons(counts)]) { $1 })
                }),
        ]
    }

    /// Of a verification, a plan or an undo.
    private var checkMembers: [String: JSONValue] {
        var members: [String: JSONValue] = [:]
        members["verification"] = verification?.value
        members["undo"] = undo?.value
        // A sealed one is no JSON: it tells nothing without its key.
        if !status.plan.text.isEmpty { members["plan"] = JSONValue(json: status.plan.text) ?? .null }
        return members
    }

    /// `renamed` is missing if the rows were not read, as in a list of relocations.
    private var renames: [String: JSONValue] {
        var members = ["renamedTotal": JSONValue(renamedTotal)]
        if let renamed { members["renamed"] = .list(renamed.map(Self.member)) }
        return members
    }

    private static func member(_ row: RenamedRow) -> JSONValue {
        .object([
            "model": .text(row.model), "sourcePK": row.sourcePK.map(JSONValue.integer) ?? .null,
            "from": .text(row.from), "to": .text(row.to),
        ])
    }

    private var times: [String: JSONValue] {
        [
            "leaseExpiresAt": JSONValue(time: status.leaseExpiresAt),
            "nextAttemptAt": JSONValue(time: status.nextAttemptAt),
            "createdAt": JSONValue(time: status.createdAt),
            "updatedAt": JSONValue(time: status.updatedAt),
            "startedAt": JSONValue(time: status.startedAt),
            "completedAt": JSONValue(time: status.completedAt),
        ]
    }

    private static func members(_ counts: RowAccount.Counts) -> [String: JSONValue] {
        [
            "inserted": JSONValue(counts.inserted), "existing": JSONValue(counts.existing),
            "overwritten": JSONValue(counts.overwritten), "dropped": JSONValue(counts.droppedTotal),
        ]
    }

    /// Reason → rows.
    var droppedReasons: JSONValue { Self.reasons(account.totals) }

    private static func reasons(_ counts: RowAccount.Counts) -> JSONValue {
        .object(counts.dropped.mapValues { JSONValue($0) })
    }
}
