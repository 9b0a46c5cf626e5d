/// What an operator's request came to.
public enum OperatorOutcome: Sendable, Equatable {
    case done
    /// A worker holds the relocation: it stops at its next chunk boundary.
    case requested
    /// It was so already.
    case unchanged
}
