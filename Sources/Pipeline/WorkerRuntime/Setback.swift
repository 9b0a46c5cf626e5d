import Storage

/// Why a slot's turn came to nothing.
enum Setback: Error {
    /// The worker ends at once.
    case end(WorkerEnd)
    /// Redis does not answer.
    case queue(String)
    /// The destination takes nothing.
    case destination(StorageError)

    /// How the worker ends if this lasts too long.
    var end: WorkerEnd {
        switch self {
        case .end(let end): end
        case .queue(let message): .unreachable(message)
        case .destination(let error): WorkerEnd(error)
        }
    }
}

extension WorkerEnd {
    /// How a worker ends whose destination cannot be opened or takes nothing.
    init(_ error: StorageError) {
        switch error.kind {
        case .unavailable, .contention, .full, .readOnly: self = .unreachable(error.message)
        case .schemaMismatch, .occupied: self = .schema(error.message)
        default: self = .refused(error.message)
        }
    }
}
