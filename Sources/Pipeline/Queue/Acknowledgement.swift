/// The answer to `acknowledge`.
public struct Acknowledgement: Sendable, Equatable {
    /// Tasks left in the list, follow-ups among them.
    public let remaining: Int
    /// Relocations that could be claimed for the same destination now.
    public let othersWaiting: Int
    public let request: OperatorRequest

    public init(remaining: Int, othersWaiting: Int, request: OperatorRequest = .none) {
        self.remaining = remaining
        self.othersWaiting = othersWaiting
        self.request = request
    }
}
