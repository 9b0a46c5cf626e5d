internal import Queue

/// What an operator can do with a relocation.
package enum RelocationAction: String, Sendable, CaseIterable {
    case retry
    case skipRow = "skip-row"
    case skipChunk = "skip-chunk"
    case recover
    case pause
    case unpause
    case cancel
    case abort
    case undo
    /// Counts what an undo would remove.
    case planUndo = "plan-undo"
    case delete

    /// Whether a relocation's state allows it.
    package func fits(_ report: StatusReport) -> Bool {
        let status = report.status
        return switch self {
        case .retry: status.status == .failure && report.canRetry
        case .skipRow: status.canBeRetried && TaskNote(json: status.failedTask)?.row != nil
        case .skipChunk: status.canBeRetried && (TaskNote(json: status.failedTask)?.rows ?? 0) > 0
        case .recover: status.canBeRetried && status.flow.map { !$0.latestTask.isEmpty } == true && report.canRetry
        case .pause: status.status == .inProgress && !status.isUploading && !status.pauseRequested
        case .unpause: status.status == .paused || (status.status == .inProgress && status.pauseRequested)
        case .cancel: [.inProgress, .paused].contains(status.status) && !status.cancelRequested
        case .abort: status.status == .inProgress && !status.owner.isEmpty
        case .undo, .planUndo: report.canBeUndone
        case .delete: status.payloadBytes > 0 && [.paused, .failure].contains(status.status)
        }
    }

    /// The same for one of many: what an operator has ended is retried by itself only.
    package func fitsAmongMany(_ report: StatusReport) -> Bool {
        fits(report) && (self != .retry || report.status.hasFailedByItself)
    }

    /// What is offered for all relocations that match a filter.
    package static let forMany: [RelocationAction] = [.retry, .skipRow, .pause, .unpause, .cancel, .delete]
}

extension StatusReport {
    /// Whether it has brought something that an undo could remove.
    fileprivate var canBeUndone: Bool {
        [.success, .failure, .paused].contains(status.status) && ["import", "relocate"].contains(kind)
    }
}

/// Several actions. One bit each: thousands of relocations have some.
package struct RelocationActions: Sendable, Equatable {
    private var bits: UInt16 = 0

    init(_ actions: [RelocationAction]) { for action in actions { bits |= action.bit } }

    package func contains(_ action: RelocationAction) -> Bool { bits & action.bit != 0 }
}

extension RelocationAction {
    fileprivate var bit: UInt16 {
        switch self {
        case .retry: 1
        case .skipRow: 2
        case .skipChunk: 4
        case .recover: 8
        case .pause: 16
        case .unpause: 32
        case .cancel: 64
        case .abort: 128
        case .undo: 256
        case .planUndo: 512
        case .delete: 1_024
        }
    }
}
