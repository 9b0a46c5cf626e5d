/// Why a claim no longer holds its relocation.
public enum LeaseLoss: String, Sendable, Equatable, CaseIterable {
    /// An operator aborted the relocation.
    case aborted
    /// An operator cancelled the relocation after the lease had run out.
    case cancelled
    /// Another worker has claimed the relocation since.
    case takenOver
    /// The lease has ended, and no other worker holds the relocation.
    case expired
    /// Redis does not know the claim: its data was removed, or it came back without its last writes.
    case forgotten

    /// For people: the end of a sentence that begins with "The lease on this relocation is lost:".
    public var words: String {
        switch self {
        case .aborted: "aborted by an operator"
        case .cancelled: "cancelled by an operator"
        case .takenOver: "taken over by another worker"
        case .expired: "it has ended"
        case .forgotten:
            "Redis has forgotten it (its data was removed, or is older): enqueue the same file again under its UUID"
        }
    }
}
