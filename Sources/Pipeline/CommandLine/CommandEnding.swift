/// An error that knows how it ends a command. Programs add the conformance to the errors of the rooms they use.
package protocol CommandEnding: Error {
    var commandFailure: CommandFailure { get }
}
