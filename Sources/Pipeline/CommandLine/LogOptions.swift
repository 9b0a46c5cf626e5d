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
            """
            Format of the log: lines for people (text), or one JSON object per line (json), also for the error that ends the \
            command (RELOCATION_LOG_FORMAT; default: text).
            """, valueName: "format"))
    var format: Format?

    @Option(
        name: .customLong("log-level"),
        help: ArgumentHelp(
            "Lowest level that is logged (RELOCATION_LOG_LEVEL; default: info).", valueName: "level"))
    var level: Logger.Level?

    static let formatSetting = Setting("log-format")
    static let levelSetting = Setting("log-level")

    public init() {}

    /// Configures logging for the whole process. Call it once, before the first logger is made.
    public func bootstrap(_ environment: Environment = .process) throws(CommandFailure) {
        let format = try format(environment)
        let level = try Self.levelSetting.word(level, otherwise: .info, environment)
        LoggingSystem.bootstrap { label in LineLogHandler(label: label, format: format, level: level) }
    }

    public func format(_ environment: Environment = .process) throws(CommandFailure) -> Format {
        try Self.formatSetting.word(format, otherwise: .text, environment)
    }

    /// The format that a command's arguments ask for, as far as they can be read: also arguments that are refused.
    ///
    /// - Parameter arguments: those after the name of a command that logs
    static func format(of arguments: some Collection<String>, _ environment: Environment) -> Format {
        let name = "--" + formatSetting.flag
        var given: String?
        for (argument, next) in zip(arguments, arguments.dropFirst().map(Optional.some) + [nil]) {
            if argument == name { given = next }
            if argument.hasPrefix(name + "=") { given = String(argument.dropFirst(name.count + 1)) }
        }
        return Format(rawValue: given ?? environment[formatSetting.variable] ?? "") ?? .text
    }
}

extension Logger.Level: @retroactive ExpressibleByArgument {}
