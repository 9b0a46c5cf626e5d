import Catalogue
import Queue

// For scripts: the keys are a contract.
extension StatusReport {
    /// One object, without a final line end.
    public var json: String { value.rendered() }

    /// A list of objects, without a final line end.
    public static func json(_ reports: [StatusReport]) -> String { JSONValue.list(reports.map(\.value)).rendered() }

    private var value: JSONValue {
        .object([
            ("uuid", .text(status.uuid)),
            ("scope", .text(status.scope)),
            ("status", .text(status.status.rawValue)),
            ("step", .text(status.step.rawValue)),
            ("failureReason", .optional(status.failureReason.isEmpty ? nil : status.failureReason)),
            ("findings", .list(status.findings.map(JSONValue.raw))),
            ("chunks", .object([("total", .number(status.chunksTotal)), ("done", .number(status.chunksDone))])),
            ("rows", rows),
            ("dropped", StatusReport.counts(account.totals.dropped)),
            ("models", models),
            ("warnings", .list(status.warnings.map(JSONValue.text))),
            ("attempts", .number(status.attempts)),
            ("nextAttemptAt", .optional(Timestamp.optional(status.nextAttemptAt))),
            ("lastTrouble", .optional(status.lastError.isEmpty ? nil : status.lastError)),
            ("owner", .optional(status.owner.isEmpty ? nil : status.owner)),
            ("takeovers", .number(status.takeovers)),
            ("pauseRequested", .flag(status.pauseRequested)),
            ("cancelRequested", .flag(status.cancelRequested)),
            ("destination", .optional(status.destination.isEmpty ? nil : status.destination)),
            ("source", .text(status.sourceName)),
            ("payloadBytes", .number(status.payloadBytes)),
            ("failedTask", status.failedTask.isEmpty ? .optional(nil) : .raw(status.failedTask)),
            ("skipped", .list(status.skipped.map(JSONValue.raw))),
            ("createdAt", .optional(Timestamp.optional(status.createdAt))),
            ("updatedAt", .optional(Timestamp.optional(status.updatedAt))),
            ("startedAt", .optional(Timestamp.optional(status.startedAt))),
            ("completedAt", .optional(Timestamp.optional(status.completedAt))),
        ])
    }

    private var rows: JSONValue {
        .object([("source", .number(status.rowsSource))] + StatusReport.members(account.totals))
    }

    private var models: JSONValue {
        .object(
            account.models.sorted { $0.key < $1.key }.map { model, counts in
                (
                    model,
                    .object(
                        StatusReport.members(counts) + [("droppedFor", StatusReport.counts(counts.dropped))])
                )
            })
    }

    private static func members(_ counts: RowAccount.Counts) -> [(String, JSONValue)] {
        [
            ("inserted", .number(counts.inserted)), ("existing", .number(counts.existing)),
            ("overwritten", .number(counts.overwritten)), ("dropped", .number(counts.droppedTotal)),
        ]
    }

    private static func counts(_ counts: [String: Int]) -> JSONValue {
        .object(counts.sorted { $0.key < $1.key }.map { ($0.key, .number($0.value)) })
    }
}
