public import ArgumentParser
public import Logging

/// How a command logs. Logs go to standard error.
public struct LogOptions: ParsableArguments {
    public enum Format: String, Sendable, CaseIterable, ExpressibleByArgument {
        case text
        case json
    }

    @Option(
        name: .customLong("log-format"),
        help: ArgumentHelp(
            "Format of the log: text lines for people, or one JSON object per line (json).", valueName: "format"))
    public var format = Format.text

    @Option(
        name: .customLong("log-level"),
        help: ArgumentHelp("Lowest level that is logged.", valueName: "level"))
    public var level = Logger.Level.info

    public init() {}

    /// Configures logging for the whole process. Call it once, before the first logger is made.
    public func bootstrap() {
        let (format, level) = (format, level)
        LoggingSystem.bootstrap { label in LineLogHandler(label: label, format: format, level: level) }
    }
}

extension Logger.Level: @retroactive ExpressibleByArgument {}
