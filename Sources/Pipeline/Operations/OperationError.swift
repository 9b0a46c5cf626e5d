package import Queue

/// Why an operator's action is refused. The message is for people, and safe to show.
///
/// An error of Redis itself is not a refusal: it stays a `QueueError`.
public struct OperationError: Error, Sendable, Equatable, CustomStringConvertible {
    public enum Kind: Sendable, Equatable, CaseIterable {
        /// The relocation's state does not allow it.
        case conflict
        /// The owner has another relocation that has not ended.
        case ownerIsBusy
        /// Its state will allow it later.
        case notYet
        /// The file, or the data in Redis, is damaged or does not fit.
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

    /// The refusal that an error of the queue means; nil for an error of Redis itself.
    package init?(_ error: QueueError) {
        switch error.kind {
        case .conflict: self.init(.conflict, error.description)
        case .notFound: self.init(.notFound, error.description)
        case .unavailable, .notRedis, .unsupported, .authentication, .readOnly, .full, .leaseLost, .destinationTaken,
            .badURL,
            .invalidArgument,
            .protocolError:
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
