public import Queue

/// Why a command ends without success. The message is for people, and safe to show.
public struct CommandFailure: Error, Sendable, Equatable, CustomStringConvertible {
    public let status: CommandExit
    /// Without a final line end; empty to end without a message.
    public let message: String

    public init(_ status: CommandExit, _ message: String = "") {
        self.status = status
        self.message = message
    }

    public init(_ error: QueueError) { self.init(CommandExit(error), error.description) }

    public var description: String { message }
}
