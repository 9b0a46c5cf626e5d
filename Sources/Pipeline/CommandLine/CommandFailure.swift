public import Queue

/// Why a command ends without success. The message is for people, and safe to show.
public struct CommandFailure: Error, Sendable, Equatable, CustomStringConvertible {
    public let status: CommandExit
    /// Without a final line end; empty to end without a message.
    public let message: String
    /// What helps, and the command that does, printed after `next: `; nil if the message says all.
    public let next: String?

    public init(_ status: CommandExit, _ message: String = "", next: String? = nil) {
        self.status = status
        self.message = message
        self.next = next
    }

    public init(_ error: QueueError) {
        self.init(CommandExit(error), error.description, next: Self.next(after: error.kind))
    }

    /// `check` names all that the servers lack, each with its remedy.
    public static let check = "see what is missing: relocation-worker check"
    /// The destination remembers what Redis has forgotten.
    package static let imports = "see which imports the database knows: relocation-worker imports"

    private static func next(after kind: QueueError.Kind) -> String? {
        switch kind {
        case .unavailable, .notRedis, .unsupported, .authentication, .readOnly, .full, .destinationTaken: check
        case .notFound: imports
        case .leaseLost, .conflict, .badURL, .invalidArgument, .protocolError: nil
        }
    }

    public var description: String { message }
}
