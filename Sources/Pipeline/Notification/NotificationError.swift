/// Why nobody can be told. Safe to show: never an address, a message, a password or a key.
public struct NotificationError: Error, Sendable, Equatable, CustomStringConvertible {
    public enum Kind: Sendable {
        /// A setting or a template is wrong: an operator must act.
        case usage
        /// The store of what was told does not answer.
        case log
    }

    public let kind: Kind
    public let message: String

    public init(_ kind: Kind, _ message: String) {
        self.kind = kind
        self.message = message
    }

    public var description: String { message }
}
