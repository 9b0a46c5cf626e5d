import ArgumentParser
import CommandLine
import Operations
import Queue

/// A relocation named on the command line.
struct RelocationArgument: ParsableArguments {
    @Argument(
        help: "UUID of the relocation, as relocation-enqueue printed it, in any spelling.",
        transform: RelocationID.parse)
    var uuid: RelocationID

    @OptionGroup(title: "Queue") var redis: RedisOptions

    func queue() throws -> RelocationQueue { try RelocationQueue(try redis.configuration()) }

    func actions() throws -> OperatorActions { OperatorActions(try queue(), by: .current()) }
}

extension RelocationID {
    /// For arguments and options.
    static func parse(_ text: String) throws -> RelocationID {
        guard let id = RelocationID(text) else {
            throw ValidationError("This is not a UUID. Expected a form such as 5f0c0f3e-8a4e-4d6c-9f0e-3d1c2b7a9e10.")
        }
        return id
    }
}
