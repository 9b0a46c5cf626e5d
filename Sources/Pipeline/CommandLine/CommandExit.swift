public import Queue

/// The exit codes of both programs: those of sysexits.h if one fits.
public enum CommandExit: Int32, Sendable, CaseIterable {
    /// Done; an orderly stop too.
    case success = 0
    /// The relocation failed, or files differ.
    case failure = 1
    case usage = 64
    /// Bad input data.
    case badData = 65
    /// No such input or relocation.
    case noInput = 66
    /// Redis or the database is not reachable.
    case unavailable = 69
    case internalError = 70
    case cannotCreate = 73
    /// Try again later.
    case tryAgain = 75
    case noPermission = 77
    /// The database's schema is missing, older or different, the destination's name belongs to another database, or a
    /// server lacks what is needed.
    case badSchema = 78
    case interrupted = 130

    public init(_ error: QueueError) {
        switch error.kind {
        case .unavailable, .notRedis, .readOnly: self = .unavailable
        case .authentication: self = .noPermission
        case .full: self = .tryAgain
        case .notFound: self = .noInput
        case .destinationTaken, .unsupported: self = .badSchema
        case .conflict, .badURL, .invalidArgument: self = .usage
        case .leaseLost, .protocolError: self = .internalError
        }
    }
}
