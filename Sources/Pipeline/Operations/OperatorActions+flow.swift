import Flow
package import Queue

/// What an operator does with relocations that have steps; plain imports know those commands that make sense for them.
extension OperatorActions {
    /// Pauses a relocation: now, or at its next task if a worker holds it, or when a step begins.
    package func pause(_ id: RelocationID, atStep step: String? = nil) throws -> OperatorOutcome {
        try changing(id, .pause(atStep: step)) { change, record throws(QueueError) in
            guard let change else { return try queue.pause(id.text, by: actor.text) }
            guard step != nil else { return try queue.pause(id.text, by: actor.text, change) }
            try queue.schedule(
                id.text, change, what: "pausePlanned", step: record?.pauseAtStep, by: actor.text)
            return .requested
        }
    }

    /// Lets a paused relocation continue, or withdraws what was asked; until a step begins, if one is given.
    package func unpause(_ id: RelocationID, untilStep step: String? = nil) throws {
        try changing(id, .unpause(untilStep: step)) { change, _ throws(QueueError) in
            try queue.unpause(id.text, by: actor.text, change)
        }
    }

    /// Ends a relocation: now, or at its next task if a worker holds it, or when a step begins. What was written stays.
    package func cancel(_ id: RelocationID, atStep step: String? = nil) throws -> OperatorOutcome {
        try changing(id, .cancel(atStep: step)) { change, record throws(QueueError) in
            guard let change else { return try queue.cancel(id.text, by: actor.text) }
            guard step != nil, record?.status != .failure else {
                return try queue.cancel(id.text, by: actor.text, change)
            }
            try queue.schedule(
                id.text, change, what: "cancelPlanned", step: record?.cancelAtStep, by: actor.text)
            return .requested
        }
    }

    /// Ends a relocation now: a worker that holds it loses its lease.
    package func abort(_ id: RelocationID) throws {
        try changing(id, .abort) { _, _ throws(QueueError) in try queue.abort(id.text, by: actor.text) }
    }

    /// Tries the task at which a relocation failed once more; a plain import goes on as after `retry`. What an operator has
    /// ended stays ended.
    package func recover(_ id: RelocationID, untilStep step: String? = nil) throws {
        let status = try OperationError.refusing { try queue.status(id.text) }
        if status.status == .failure, status.endedBy != nil {
            throw OperationError(.conflict, FlowCommand.Refusal.cancelled.reason)
        }
        try changing(id, .recover(untilStep: step)) { change, record throws(QueueError) in
            var change = change
            change?.attempts = record?.latestTaskAttempts
            try queue.retry(id.text, by: actor.text, change, as: "recovered")
        }
    }

    /// Decides a command on what the queue holds, and has the queue do it; again if the relocation has moved on meanwhile.
    ///
    /// - Parameter act: gets nil for a plain import
    private func changing<Result>(
        _ id: RelocationID, _ command: FlowCommand,
        _ act: (FlowChange?, FlowRecord?) throws(QueueError) -> Result
    ) throws -> Result {
        for _ in 0..<Self.changeLimit {
            let status = try OperationError.refusing { try queue.status(id.text) }
            let decision = try decide(command, status)
            do throws(QueueError) {
                return try act(decision?.change, decision?.record)
            } catch {
                if decision != nil, RelocationQueue.hasMoved(error, id.text) { continue }
                throw OperationError(error) ?? error as any Error
            }
        }
        throw OperationError(.conflict, "The relocation moves on faster than it can be changed. Try again.")
    }

    private static let changeLimit = 100

    /// nil for a plain import, and for one that is being undone.
    private func decide(
        _ command: FlowCommand, _ status: RelocationStatus
    ) throws(OperationError) -> (change: FlowChange, record: FlowRecord)? {
        guard status.flow != nil, status.step != .undoing else {
            guard !command.namesStep else {
                throw OperationError(
                    .conflict, "A plain import has no steps to wait for: leave the step out. Only `relocate` has them.")
            }
            return nil
        }
        do throws(FlowCommand.Refusal) {
            let record = try command.applied(to: FlowRecord(status))
            return (FlowChange(from: status, to: record.place), record)
        } catch {
            throw OperationError(.conflict, error.reason)
        }
    }
}

extension FlowCommand {
    fileprivate var namesStep: Bool {
        switch self {
        case .pause(let step), .unpause(let step), .cancel(let step), .recover(let step): step != nil
        case .abort, .again: false
        }
    }
}
