import Queue

/// What an operator asks of a relocation, with the reference's preconditions.
package enum FlowCommand: Sendable, Equatable {
    /// Pauses when a step begins; nil: the next one.
    case pause(atStep: String?)
    /// Goes on until a step begins; nil: without another pause.
    case unpause(untilStep: String?)
    /// Ends when a step begins; nil: the next one.
    case cancel(atStep: String?)
    case abort
    /// Tries the last task again; pauses when a step begins.
    case recover(untilStep: String?)
    /// A new relocation of the same file.
    case again

    /// Why the reference refuses a command, in its words.
    package struct Refusal: Error, Sendable, Equatable {
        package let reason: String
    }

    /// The record after the command. What the reference answers with an internal error, and what would strand the
    /// relocation, is refused in our words.
    package func applied(to record: FlowRecord) throws(Refusal) -> FlowRecord {
        switch self {
        case .pause(let step): try pause(record, step)
        case .unpause(let step): try unpause(record, step)
        case .cancel(let step): try cancel(record, step)
        case .abort: try abort(record)
        case .recover(let step): try recover(record, step)
        case .again: try again(record)
        }
    }

    private func pause(_ record: FlowRecord, _ text: String?) throws(Refusal) -> FlowRecord {
        guard [.inProgress, .paused].contains(record.status) else { throw .notPausable(record.status) }
        var out = record
        if let step = try step(text) {
            guard step.isAfter(record.step) else { throw .stepHasBegun(step) }
            out.pauseAtStep = step
        } else {
            guard let next = Self.schedulable(after: record.step) else { throw .notInProgress }
            out.pauseAtStep = next
        }
        return out
    }

    private func unpause(_ record: FlowRecord, _ text: String?) throws(Refusal) -> FlowRecord {
        let step = try step(text)
        let isScheduled = record.status == .inProgress && record.pauseAtStep != nil
        guard isScheduled || record.status == .paused else { throw .notPaused(record.status) }
        if let step, !step.isAfter(record.step) { throw .stepHasBegun(step) }
        var out = record
        out.pauseAtStep = step
        if !isScheduled {
            out.status = .inProgress
            out.latestTaskAttempts = 0
        }
        return out
    }

    private func cancel(_ record: FlowRecord, _ text: String?) throws(Refusal) -> FlowRecord {
        if record.status == .failure { return record }
        if record.status == .success { throw .complete }
        var out = record
        if let step = try step(text, isCancel: true) {
            guard step.isAfter(record.step) else { throw .notCancellable }
            out.cancelAtStep = step
        } else {
            guard let next = Self.schedulable(after: record.step) else { throw .notCancellable }
            out.cancelAtStep = next
        }
        return out
    }

    private func abort(_ record: FlowRecord) throws(Refusal) -> FlowRecord {
        if record.status == .failure || record.status == .success { throw .complete }
        var out = record
        out.status = .failure
        out.failureReason = FlowReason.aborted
        return out
    }

    private func recover(_ record: FlowRecord, _ text: String?) throws(Refusal) -> FlowRecord {
        let step = try step(text)
        if let step, !step.isAfter(record.step) { throw .stepHasBegun(step) }
        guard record.status == .failure else { throw .notFailed(record.status) }
        if [FlowTask.validatingPoll, .validatingComplete].contains(where: { $0.rawValue == record.latestTask }) {
            throw .validated
        }
        if record.latestTask.isEmpty { throw .neverBegun }
        var out = record
        if let step { out.pauseAtStep = step }
        out.status = .inProgress
        out.failureReason = nil
        out.latestTaskAttempts = max(record.latestTaskAttempts - 1, 0)
        return out
    }

    private func again(_ record: FlowRecord) throws(Refusal) -> FlowRecord {
        guard record.status == .failure else { throw .notRetriable(record.status) }
        return FlowRecord()
    }

    /// The step that a text names; nil for no text.
    private func step(_ text: String?, isCancel: Bool = false) throws(Refusal) -> RelocationStep? {
        guard let text else { return nil }
        guard let step = RelocationStep.named(text) else { throw .unknownStep(text) }
        guard step.isAfter(.uploading), step != .completed else {
            throw isCancel ? .cancelStepHasBegun(text) : .stepHasBegun(step)
        }
        return step
    }

    private static func schedulable(after step: RelocationStep) -> RelocationStep? {
        step.next.flatMap { RelocationStep.completed.isAfter($0) ? $0 : nil }
    }
}

extension FlowCommand.Refusal {
    private static let lineBreak = "\n    "

    fileprivate static func notPausable(_ status: RelocationState) -> Self {
        Self(
            reason: "Relocations can only be paused if they are currently in progress; this relocation is\(lineBreak)"
                + "`\(status.rawValue)`.")
    }

    fileprivate static func notPaused(_ status: RelocationState) -> Self {
        Self(
            reason: "Relocations can only be unpaused if they are already paused; this relocation is\(lineBreak)"
                + "`\(status.rawValue)`.")
    }

    fileprivate static func notFailed(_ status: RelocationState) -> Self {
        Self(
            reason: "Relocations can only be recovered if they have already failed; this relocation is\(lineBreak)"
                + "`\(status.rawValue)`.")
    }

    fileprivate static func notRetriable(_ status: RelocationState) -> Self {
        Self(
            reason: "Relocations can only be retried if they have already failed; this relocation is "
                + "`\(status.rawValue)`.")
    }

    fileprivate static func unknownStep(_ text: String) -> Self {
        Self(reason: "`\(text)` is not a valid relocation step.")
    }

    fileprivate static func stepHasBegun(_ step: RelocationStep) -> Self { begun("pause", step.rawValue) }

    fileprivate static func cancelStepHasBegun(_ text: String) -> Self { begun("cancel", text) }

    private static func begun(_ verb: String, _ step: String) -> Self {
        Self(
            reason: "Could not \(verb) relocation at step `\(step)`; this is likely because this step has already"
                + "\(lineBreak)started.")
    }

    fileprivate static let notInProgress = Self(
        reason: "Could not pause relocation, perhaps because it is no longer in-progress.")

    fileprivate static let notCancellable = Self(
        reason: "Could not cancel relocation, perhaps because it has already completed.")

    /// The reference says so of failed ones, too.
    fileprivate static let complete = Self(
        reason: "Relocations can only be cancelled if they are not yet complete; this relocation is `SUCCESS`.")

    fileprivate static let validated = Self(reason: "Relocations at the validation step cannot be recovered.")

    fileprivate static let neverBegun = Self(
        reason: "No task of this relocation has begun: there is nothing to recover. Retry it instead.")

    /// Ours: the reference would let it run on.
    package static let cancelled = Self(
        reason:
            "This relocation was ended by an operator, and recover does not bring it back. Retry lets it go on after all."
    )
}
