internal import Tracing

/// What a span covers.
public struct TraceStep: Sendable {
    let name: String
    let kind: SpanKind

    private init(_ name: String, _ kind: SpanKind = .internal) {
        self.name = name
        self.kind = kind
    }

    /// Taking a file in, from its opening to the relocation that workers see.
    public static let enqueue = TraceStep("enqueue")
    /// The first pass over a file.
    public static let check = TraceStep("check")
    /// The second pass: what it queues, workers take.
    public static let push = TraceStep("push", .producer)
    /// A worker's turn on a relocation, from the claim to its end.
    public static let claim = TraceStep("claim", .consumer)
    public static let commit = TraceStep("commit", .client)
    public static let acknowledge = TraceStep("acknowledge", .client)

    /// The work of one task.
    ///
    /// - Parameter kind: one of a bounded set of words, such as chunk
    public static func task(_ kind: String) -> TraceStep { TraceStep(kind) }
}

/// A value that a span tells: of what is worked, never what is in it.
public enum TraceFact: Sendable, Equatable {
    case text(String)
    case number(Int)
    case flag(Bool)
}
