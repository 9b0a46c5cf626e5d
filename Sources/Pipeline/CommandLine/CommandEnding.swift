internal import Queue

/// An error that knows how it ends a command. Programs add the conformance to the errors of the rooms they use.
package protocol CommandEnding: Error {
    var commandFailure: CommandFailure { get }
}

extension CommandFailure {
    /// How an error ends a command; nil for one that nobody knows.
    package init?(ending error: any Error) {
        if let failure = error as? CommandFailure {
            self = failure
        } else if let error = error as? any CommandEnding {
            self = error.commandFailure
        } else if let error = error as? QueueError {
            self.init(error)
        } else {
            return nil
        }
    }
}
