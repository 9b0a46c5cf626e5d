import ArgumentParser
import CommandLine
import Operations
import Queue

/// A relocation named on the command line.
struct RelocationArgument: ParsableArguments {
    @Argument(
        help: RelocationReference.help, completion: RelocationReference.completion, transform: RelocationReference.parse
    )
    var uuid: RelocationReference

    @OptionGroup(title: "Queue") var redis: RedisOptions

    /// The queue, and the relocation in it.
    func open() throws -> (RelocationQueue, RelocationID) {
        let queue = try RelocationQueue(try redis.configuration())
        return (queue, try uuid.resolve(in: queue))
    }

    /// What the operator may do, and the relocation it is done to.
    func actions() throws -> (OperatorActions, RelocationID) {
        let (queue, id) = try open()
        return (OperatorActions(queue, by: .current()), id)
    }
}

extension RelocationReference {
    static let help = ArgumentHelp(
        "UUID of the relocation, as relocation-enqueue printed it, in any spelling; or as many of its first digits as no "
            + "other has.", valueName: "uuid")

    /// For arguments.
    static func parse(_ text: String) throws -> RelocationReference {
        guard let reference = RelocationReference(text) else { throw ValidationError(RelocationID.expectation) }
        return reference
    }
}

extension RelocationID {
    /// For options that take a whole UUID.
    static func parse(_ text: String) throws -> RelocationID {
        guard let id = RelocationID(text) else { throw ValidationError(expectation) }
        return id
    }

    fileprivate static let expectation =
        "This is not a UUID. Expected a form such as 5f0c0f3e-8a4e-4d6c-9f0e-3d1c2b7a9e10."
}
