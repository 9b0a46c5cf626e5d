public import ArgumentParser
public import Logging

/// How a command logs: always to standard error.
public struct LogOptions: ParsableArguments {
    public enum Format: String, Sendable, CaseIterable, ExpressibleByArgument {
        case text
        case json
    }

    @Option(name: .customLong("log-format"), help: "Lines for people (text) or one JSON object a line (json).")
    public var format = Format.text

    @Option(
        name: .customLong("log-level"),
        help: "The least level that is logged: trace, debug, info, notice, warning, error.")
    public var level = Logger.Level.info

    public init() {}

    /// Sets the whole process' logging up. Once, before the first logger is made.
    public func bootstrap() {
        let (format, level) = (format, level)
        LoggingSystem.bootstrap { label in LineLogHandler(label: label, format: format, level: level) }
    }
}

extension Logger.Level: @retroactive ExpressibleByArgument {}
