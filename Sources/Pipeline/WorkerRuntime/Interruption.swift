import Queue

/// Why a pass over all tasks ends before its work is done.
enum Interruption {
    case stop
    case operators(OperatorRequest)
}

extension HeldClaim {
    /// Nothing of the pass is kept: the next one begins again.
    func end(_ interruption: Interruption) throws(QueueError) -> RunEnd {
        switch interruption {
        case .stop: try release("the worker stops")
        case .operators(let request): try release(for: request)
        }
    }
}
