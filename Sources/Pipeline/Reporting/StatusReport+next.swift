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

    /// Tasks that were deleted or lost come back with the file, and so do rows that the destination has lost.
    private var afterFailure: String {
        let scope = PlainText.line(status.scope)
        if canRetry { return "relocation-enqueue retry \(status.uuid)" }
        let uuid = status.failureCause == .otherImport ? "" : "--import-uuid \(status.uuid) "
        return "relocation-enqueue \(scope) \(uuid)FILE"
    }

    private var canRetry: Bool { status.payloadBytes > 0 && status.failureCause == nil }

    /// The same for people, with what must come first.
    var nextText: String? {
        guard let next else { return nil }
        guard status.status == .failure, canRetry else { return next }
        let retry = "remove the cause, then: \(next)"
        guard let task = TaskNote(json: status.failedTask), ["chunk", "late"].contains(task.kind) else { return retry }
        let rows = task.rows == 1 ? "1 row" : "\(task.rows) rows"
        return "\(retry)\n      to leave out its \(rows) instead: \(next) --skip-chunk --accept-loss"
    }
}
