/// Why something that enqueuer and worker exchange cannot be made or read. The message is safe to show: it never holds
/// a key or a payload.
public struct TaskFormatError: Error, Sendable, Equatable, CustomStringConvertible {
    public enum Kind: Sendable, Equatable, CaseIterable {
        /// A payload that no version of ours has written, or that was changed on the way.
        case damaged
        /// There is not enough memory for the compressor.
        case outOfMemory
        /// The payload keys are malformed or missing.
        case badKey
        /// There is no such key file.
        case notFound
        /// The key file exists and cannot be read.
        case unreadable
        /// The key file may not be read by this user, or is open to others.
        case permission
    }

    public let kind: Kind
    public let message: String

    public init(_ kind: Kind, _ message: String) {
        self.kind = kind
        self.message = message
    }

    public var description: String { message }
}
