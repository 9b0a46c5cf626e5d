/// What became of one lease that was to be renewed.
public enum Renewal: Sendable, Equatable {
    case held(OperatorRequest)
    case lost(LeaseLoss)
    /// Redis answered with an error: the lease still has the time it had before.
    case failed(QueueError)
}
