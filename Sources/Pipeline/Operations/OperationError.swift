package import Queue

/// Why an operator's action was refused. The message is for people, and safe to show.
///
/// Trouble with Redis itself is no refusal: it stays a `QueueError`.
public struct OperationError: Error, Sendable, Equatable, CustomStringConvertible {
    public enum Kind: Sendable, Equatable, CaseIterable {
        /// The relocation's state does not allow it.
        case conflict
        /// The file, or what Redis holds, is not what it should be.
        case badData
        /// There is no such relocation.
        case notFound
        /// The operator stopped it.
        case interrupted
    }

    public let kind: Kind
    public let message: String

    public init(_ kind: Kind, _ message: String) {
        self.kind = kind
        self.message = message
    }

    public var description: String { message }

    /// The refusal that an error of the queue stands for; nil for trouble with Redis itself.
    package init?(_ error: QueueError) {
        switch error.kind {
        case .conflict: self.init(.conflict, error.description)
        case .notFound: self.init(.notFound, error.description)
        case .unavailable, .authentication, .readOnly, .full, .leaseLost, .badURL, .invalidArgument, .protocolError:
            return nil
        }
    }

    /// Runs a call of the queue and throws its refusals as `OperationError`.
    static func refusing<Result>(_ call: () throws -> Result) throws -> Result {
        do {
            return try call()
        } catch let error as QueueError {
            if let refusal = OperationError(error) { throw refusal }
            throw error
        }
    }
}
