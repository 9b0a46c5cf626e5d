/// Why an operator's action was refused. The message is for people, and safe to show.
public struct OperationError: Error, Sendable, Equatable, CustomStringConvertible {
    public enum Kind: Sendable, Equatable, CaseIterable {
        /// The state or the arguments do not allow it.
        case usage
        /// The file, or what stands in Redis, is not what it should be.
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
}
