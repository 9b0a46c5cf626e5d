import Queue
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

extension Setback {
    /// What an error of Redis comes to.
    init(_ error: QueueError) {
        self =
            switch error.kind {
            case .authentication: .end(.refused(error.description))
            case .unsupported: .end(.unsupported(error.description))
            case .destinationTaken: .end(.taken(error.description))
            default: .queue(error.description)
            }
    }
}

extension SchemaMismatch {
    /// Why nothing can be imported, and what helps.
    ///
    /// - Parameter count: how many mismatches there are
    func advice(count: Int) -> String {
        let more = count > 1 ? " (and \(count - 1) more)" : ""
        return
            "\(place): \(message)\(more). Run relocation-worker migrate on an empty database, or relocation-worker "
            + "check for the whole list."
    }
}
