// Relocations with steps.
extension RelocationQueue {
    /// How a worker comes to a task.
    public enum TaskEntry: String, Sendable {
        /// It begins.
        case run
        /// The relocation pauses before it; the claim is over.
        case paused
        /// The relocation ends before it; the claim is over.
        case cancelled
    }

    /// Begins a task of a flow, or stops before it. Throws `conflict` if an operator has changed the flow since it was
    /// decided on.
    @discardableResult
    public func enter(
        _ claim: Claim, _ task: String, _ entry: TaskEntry, _ change: FlowChange
    ) throws(QueueError) -> OperatorRequest {
        let answer = try run(
            try callFor(
                .enterTask, claim.uuid,
                [.integer(claim.token)] + place(claim).arguments + [.text(entry.rawValue), .text(task)]
                    + change.arguments))
        guard entry != .run else { return try answer.accepted(claim.uuid).request(0) }
        if answer.word != "conflict" { forget(claim) }
        _ = try answer.accepted(claim.uuid)
        return .none
    }

    /// Plans a pause or an end of a relocation for a later step.
    public func schedule(
        _ uuid: String, _ change: FlowChange, what: String, step: RelocationStep?, by actor: String = ""
    ) throws(QueueError) {
        _ = try run(
            try callFor(
                .schedule, uuid,
                [.text(actor), .text(what), .text(step?.rawValue ?? "")] + change.arguments)
        ).accepted(uuid)
    }

    /// Tells what the tasks have to say.
    ///
    /// - Parameter notes: opaque JSON
    @discardableResult
    public func describeFlow(_ claim: Claim, _ notes: String) throws(QueueError) -> OperatorRequest {
        try step(.describeFlow, claim, [.text(notes)])
    }

    /// Remembers that a notice is about to be sent. Returns false if that was so before: then it must not be sent again.
    public func beginNotice(_ claim: Claim, _ key: String) throws(QueueError) -> Bool {
        try noteNotice(claim, key, "try").isEmpty
    }

    /// Remembers what became of a notice.
    public func endNotice(_ claim: Claim, _ key: String, _ outcome: String) throws(QueueError) {
        _ = try noteNotice(claim, key, outcome)
    }

    private func noteNotice(_ claim: Claim, _ key: String, _ what: String) throws(QueueError) -> String {
        try run(
            try callFor(
                .noteNotice, claim.uuid,
                [
                    .integer(claim.token), .text(key), .text(what), .number(2_000 * configuration.retentionSeconds),
                ])
        ).accepted(claim.uuid).text(0)
    }

    /// Whether a refusal means that the flow has moved on since it was read: then the command is decided anew.
    public static func hasMoved(_ error: QueueError, _ uuid: String) -> Bool { error == .refusal("moved", uuid) }
}
