public import ArgumentParser
public import Queue

/// The name of the destination that a relocation is queued for, or that a worker serves.
public struct DestinationNameOption: ParsableArguments {
    @Option(
        name: .customLong("destination"),
        help: ArgumentHelp(
            """
            Name of the destination. Relocations are queued for a name; the workers of that name serve one database \
            (RELOCATION_DESTINATION; default: default).
            """, valueName: "name"))
    public var destination: String?

    public init() {}

    /// The name that the command line gives; nil if it gives none. Throws `QueueError` for a text that is no name.
    public func given() throws -> DestinationName? { try destination.map { try DestinationName($0) } }

    /// Throws `QueueError` for a text that is no name.
    public func name(_ environment: Environment = .process) throws -> DestinationName {
        guard let text = try destination ?? environment.value(Environment.destination) else { return .standard }
        return try DestinationName(text)
    }
}
