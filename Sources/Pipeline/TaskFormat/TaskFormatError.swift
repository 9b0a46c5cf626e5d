/// Why data that enqueuer and worker exchange cannot be written or read. The message is safe to show: it never contains
/// a key or a payload.
public struct TaskFormatError: Error, Sendable, Equatable, CustomStringConvertible {
    public enum Kind: Sendable, Equatable, CaseIterable {
        /// The payload is damaged, or was not written by a known version.
        case damaged
        /// There is not enough memory for the compressor.
        case outOfMemory
        /// A payload key is malformed or missing.
        case badKey
        /// The key file does not exist.
        case notFound
        /// The key file exists and cannot be read.
        case unreadable
        /// This user may not read the key file, or other users may.
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
