/// Where a relocation with steps is in its order of tasks, and what operators have planned.
public struct FlowPlace: Sendable, Equatable {
    /// The last task that was begun; empty before the first.
    public var latestTask: String
    public var latestTaskAttempts: Int
    /// It pauses, or ends, when this step begins.
    public var pauseAtStep: RelocationStep?
    public var cancelAtStep: RelocationStep?

    public init(
        latestTask: String = "", latestTaskAttempts: Int = 0, pauseAtStep: RelocationStep? = nil,
        cancelAtStep: RelocationStep? = nil
    ) {
        self.latestTask = latestTask
        self.latestTaskAttempts = latestTaskAttempts
        self.pauseAtStep = pauseAtStep
        self.cancelAtStep = cancelAtStep
    }

    /// nil for a record without steps.
    init?(_ record: RecordFields) {
        guard record.has("latestTask") else { return nil }
        self.init(
            latestTask: record.text("latestTask"), latestTaskAttempts: record.number("latestTaskAttempts"),
            pauseAtStep: Self.step(record.text("pauseAtStep")), cancelAtStep: Self.step(record.text("cancelAtStep")))
    }

    private static func step(_ text: String) -> RelocationStep? { text.isEmpty ? nil : RelocationStep(rawValue: text) }

    /// The fields of the record.
    var fields: [RedisArgument] {
        [
            "latestTask", .text(latestTask), "latestTaskAttempts", .number(latestTaskAttempts),
            "pauseAtStep", .text(pauseAtStep?.rawValue ?? ""), "cancelAtStep", .text(cancelAtStep?.rawValue ?? ""),
        ]
    }
}

/// A change of a flow, and the state that it was decided on: if that is no longer so, the queue refuses it as moved.
public struct FlowChange: Sendable, Equatable {
    private let seen: String
    private let place: FlowPlace
    /// Failed attempts of the task at hand that count; nil leaves them as they are.
    public var attempts: Int?
    /// nil leaves it.
    public var step: RelocationStep?

    /// - Parameters:
    ///   - status: what was seen
    ///   - seen: if the flow has moved on since the status was read, where it is now
    public init(
        from status: RelocationStatus, seen: (step: RelocationStep, place: FlowPlace)? = nil, to place: FlowPlace
    ) {
        let was = seen?.place ?? status.flow ?? FlowPlace()
        let parts = [
            status.status.rawValue, (seen?.step ?? status.step).rawValue, was.latestTask,
            String(was.latestTaskAttempts), was.pauseAtStep?.rawValue ?? "", was.cancelAtStep?.rawValue ?? "",
        ]
        self.seen = parts.joined(separator: "|")
        self.place = place
    }

    /// As scripts take it.
    var arguments: [RedisArgument] {
        [.text(seen)] + place.fields
            + (attempts.map { ["attempts", .number($0)] } ?? [])
            + (step.map { ["step", .text($0.rawValue)] } ?? [])
    }
}
