/// An error that knows how a command ends with it. Programs conform the errors of the rooms they use.
package protocol CommandEnding: Error {
    var commandFailure: CommandFailure { get }
}
