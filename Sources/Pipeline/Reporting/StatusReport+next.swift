import Queue

extension StatusReport {
    /// The command that helps, complete but for a file's name; nil if nothing waits for an operator.
    public var next: String? {
        switch status.status {
        case .paused: "relocation-enqueue unpause \(status.uuid)"
        case .failure: afterFailure
        case .inProgress, .success, .unknown: nil
        }
    }

    /// Tasks that were deleted or lost come back with the file.
    private var afterFailure: String {
        status.payloadBytes > 0
            ? "relocation-enqueue retry \(status.uuid)"
            : "relocation-enqueue \(PlainText.line(status.scope)) --import-uuid \(status.uuid) FILE"
    }

    /// The same for people, with what must come first.
    var nextText: String? {
        guard let next else { return nil }
        guard status.status == .failure, status.payloadBytes > 0 else { return next }
        let retry = "remove the cause, then: \(next)"
        guard let task = TaskNote(json: status.failedTask), ["chunk", "late"].contains(task.kind) else { return retry }
        let rows = task.rows == 1 ? "1 row" : "\(task.rows) rows"
        let row = task.row.map { "\n      to leave out \(PlainText.line($0.text)) instead: \(next) --skip-row" } ?? ""
        return "\(retry)\(row)\n      to leave out its \(rows) instead: \(next) --skip-chunk --accept-loss"
    }
}
