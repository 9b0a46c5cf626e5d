/// What an operator asked of a relocation while a worker holds it. Every call that touches a claim returns it.
public enum OperatorRequest: String, Sendable, Equatable, CaseIterable {
    case none
    /// Stop at the next chunk boundary.
    case pause
    /// Give up at the next chunk boundary. Comes before a request to pause.
    case cancel
}
