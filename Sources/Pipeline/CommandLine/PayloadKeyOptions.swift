public import ArgumentParser

/// Where the keys are that payloads are sealed with in Redis. What they look like is the Export room's own matter.
public struct PayloadKeyOptions: ParsableArguments {
    public enum Source: Sendable, Equatable {
        case file(String)
        /// The keys themselves.
        case text(String)
    }

    @Option(
        name: .customLong("payload-key-file"),
        help: ArgumentHelp(
            """
            Keys that seal tasks in Redis, a line each: <key id> <base64 of 32 bytes>; the first seals, all open \
            (RELOCATION_PAYLOAD_KEY_FILE, or the lines in RELOCATION_PAYLOAD_KEY). Without one tasks are not sealed.
            """,
            valueName: "file"))
    public var payloadKeyFile: String?

    public init() {}

    /// Nil where no key is configured.
    public func source(_ environment: Environment = .process) throws(CommandFailure) -> Source? {
        if let payloadKeyFile { return .file(payloadKeyFile) }
        let (text, file) = (environment[Environment.payloadKey], environment[Environment.payloadKey + "_FILE"])
        if text != nil, file != nil {
            let name = Environment.payloadKey
            throw CommandFailure(.usage, "\(name) and \(name)_FILE are both set: unset one of them.")
        }
        return file.map { .file($0) } ?? text.map { .text($0) }
    }
}
