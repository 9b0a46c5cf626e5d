public import ArgumentParser
public import TaskFormat

/// Which keys seal payloads in Redis.
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
            File with the keys that encrypt tasks in Redis, one per line: <key id> <base64 of 32 bytes>. The first key \
            encrypts, every key decrypts. Also RELOCATION_PAYLOAD_KEY_FILE, or the lines themselves in \
            RELOCATION_PAYLOAD_KEY. Without a key tasks are not encrypted.
            """,
            valueName: "file"))
    public var payloadKeyFile: String?

    public init() {}

    /// Nil if no key is configured.
    public func source(_ environment: Environment = .process) throws(CommandFailure) -> Source? {
        if let payloadKeyFile { return .file(payloadKeyFile) }
        let (text, file) = (environment[Environment.payloadKey], environment[Environment.payloadKey + "_FILE"])
        if text != nil, file != nil {
            let name = Environment.payloadKey
            throw CommandFailure(.usage, "\(name) and \(name)_FILE are both set: unset one of them.")
        }
        return file.map { .file($0) } ?? text.map { .text($0) }
    }

    /// The keys that seal and open tasks; nil if none is configured. Throws `CommandFailure`.
    public func keyring(_ environment: Environment = .process) throws -> PayloadKeyring? {
        do {
            switch try source(environment) {
            case nil: return nil
            case .file(let path): return try PayloadKeyring(file: path)
            case .text(let text): return try PayloadKeyring(parsing: text)
            }
        } catch let error as TaskFormatError {
            throw CommandFailure(error)
        }
    }
}
