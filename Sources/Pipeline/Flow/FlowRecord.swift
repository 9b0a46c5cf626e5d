package import Queue

/// What the decisions on a relocation's flow depend on: the columns of the reference's table.
package struct FlowRecord: Sendable, Equatable {
    package var status: RelocationState
    package var step: RelocationStep
    /// The last task that was begun, as the record spells it; empty before the first.
    package var latestTask: String
    package var latestTaskAttempts: Int
    /// It pauses, or ends, when this step begins.
    package var pauseAtStep: RelocationStep?
    package var cancelAtStep: RelocationStep?
    package var failureReason: String?

    package init(
        status: RelocationState = .inProgress, step: RelocationStep = .uploading, latestTask: String = "",
        latestTaskAttempts: Int = 0
    ) {
        self.status = status
        self.step = step
        self.latestTask = latestTask
        self.latestTaskAttempts = latestTaskAttempts
    }

    /// As the queue knows it.
    package init(_ status: RelocationStatus) {
        let place = status.flow ?? FlowPlace()
        self.init(
            status: status.status, step: status.step, latestTask: place.latestTask,
            latestTaskAttempts: place.latestTaskAttempts)
        pauseAtStep = place.pauseAtStep
        cancelAtStep = place.cancelAtStep
        failureReason = status.failureReason.isEmpty ? nil : status.failureReason
    }

    /// The part of it that the queue keeps in fields of their own.
    package var place: FlowPlace {
        FlowPlace(
            latestTask: latestTask, latestTaskAttempts: latestTaskAttempts, pauseAtStep: pauseAtStep,
            cancelAtStep: cancelAtStep)
    }

    /// Fails without another word, as the reference does: an old reason goes, because it is not the reason.
    fileprivate mutating func fail(_ reason: String?) {
        status = .failure
        failureReason = reason
    }
}

/// What a worker does when it comes to a task: the reference's prologue, as a function of the record.
package struct FlowPrologue: Sendable, Equatable {
    package enum Outcome: Sendable, Equatable {
        /// The task begins; so many attempts are left after this one.
        case run(attemptsLeft: Int)
        /// The relocation has ended already.
        case ended
        case paused
        case cancelled
        /// The task does not follow the last one.
        case wrongOrder
        /// Nothing is left to try.
        case exhausted
    }

    package let outcome: Outcome
    package let record: FlowRecord

    /// - Parameter allowedAttempts: see ``FlowTask/attempts``
    package init(_ task: FlowTask, _ before: FlowRecord, allowedAttempts: Int) {
        var record = before
        outcome = Self.decide(task, &record, allowedAttempts)
        self.record = record
    }

    private static func decide(_ task: FlowTask, _ record: inout FlowRecord, _ allowed: Int) -> Outcome {
        guard [.inProgress, .paused].contains(record.status) else { return .ended }
        let isAgain = record.latestTask == task.rawValue
        guard isAgain || record.latestTask == task.previous?.rawValue ?? "" else {
            record.fail(nil)
            return .wrongOrder
        }
        guard !isAgain || record.latestTaskAttempts < allowed else {
            record.fail(nil)
            return .exhausted
        }
        record.latestTaskAttempts = isAgain ? record.latestTaskAttempts + 1 : 1
        record.latestTask = task.rawValue
        if let stop = stop(task, &record) { return stop }
        record.step = task.step
        record.dropPastSchedules()
        return .run(attemptsLeft: allowed - record.latestTaskAttempts)
    }

    /// What an operator has asked for at this step.
    private static func stop(_ task: FlowTask, _ record: inout FlowRecord) -> Outcome? {
        let begins = record.step.next == task.step
        if begins, record.cancelAtStep == task.step {
            record.step = task.step
            record.fail(FlowReason.cancelled)
            (record.pauseAtStep, record.cancelAtStep) = (nil, nil)
            return .cancelled
        }
        if record.status == .paused || begins && record.pauseAtStep == task.step {
            record.step = task.step
            record.status = .paused
            record.pauseAtStep = nil
            record.dropPastSchedules()
            return .paused
        }
        return nil
    }
}

extension FlowRecord {
    /// Steps that are reached or behind cannot be waited for any more: the reference's table refuses such a row.
    package mutating func dropPastSchedules() {
        if let pause = pauseAtStep, !pause.isAfter(step) { pauseAtStep = nil }
        if let cancel = cancelAtStep, !cancel.isAfter(step) { cancelAtStep = nil }
    }
}
