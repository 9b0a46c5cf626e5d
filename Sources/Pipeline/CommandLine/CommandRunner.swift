public import ArgumentParser
import Glibc
import Queue

/// Runs a program's root command and turns every error into the message and exit code of the contract.
public enum CommandRunner {
    /// How a command has ended.
    public struct Outcome: Sendable, Equatable {
        public let exitCode: Int32
        /// Without a final line end; empty for no message.
        public let message: String
        /// Help goes to standard output, everything else to standard error.
        public let isError: Bool
        /// What helps, and the command that does; nil for nothing to say.
        public var next: String?
    }

    /// Parses the arguments (nil: those of the process), runs their command and ends the process.
    ///
    /// - Parameter loggingCommands: names of the commands with ``LogOptions``: the error that ends one is a line of its log
    public static func main(
        _ root: any ParsableCommand.Type, _ arguments: [String]? = nil, loggingCommands: Set<String> = []
    ) async -> Never {
        CoreDump.forbid()
        let outcome = await run(root, arguments)
        let format = logFormat(arguments ?? Array(CommandLine.arguments.dropFirst()), loggingCommands)
        if !outcome.message.isEmpty {
            // What a command has printed comes before its error, also in a file.
            fflush(nil)
            tell(outcome, format)
        }
        exit(outcome.exitCode)
    }

    private static func tell(_ outcome: Outcome, _ format: LogOptions.Format) {
        guard outcome.isError, format == .json else {
            var text = outcome.message + "\n" + (outcome.next.map { "next: \($0)\n" } ?? "")
            text.withUTF8 { _ = write(outcome.isError ? 2 : 1, $0.baseAddress, $0.count) }
            return
        }
        LineLogHandler.tellEnd(outcome.message, exitCode: outcome.exitCode, next: outcome.next)
    }

    /// How the error that ends a command is written: as a line of its log, if it has one.
    private static func logFormat(_ arguments: [String], _ loggingCommands: Set<String>) -> LogOptions.Format {
        guard let command = arguments.first, loggingCommands.contains(command) else { return .text }
        return LogOptions.format(of: arguments.dropFirst(), .process)
    }

    /// Parses and runs without ending the process.
    public static func run(_ root: any ParsableCommand.Type, _ arguments: [String]?) async -> Outcome {
        do {
            var command = try root.parseAsRoot(arguments)
            if var asynchronous = command as? any AsyncParsableCommand {
                try await asynchronous.run()
            } else {
                try command.run()
            }
            return Outcome(exitCode: CommandExit.success.rawValue, message: "", isError: false)
        } catch {
            return outcome(of: error, root)
        }
    }

    /// Message and exit code of an error.
    public static func outcome(of error: any Error, _ root: any ParsableCommand.Type) -> Outcome {
        if let failure = CommandFailure(ending: error) {
            return Outcome(
                exitCode: failure.status.rawValue, message: failure.message.isEmpty ? "" : "Error: \(failure.message)",
                isError: true, next: failure.next)
        }
        if let code = error as? ExitCode { return Outcome(exitCode: code.rawValue, message: "", isError: true) }
        let code = root.exitCode(for: error)
        guard code == .success || code == .validationFailure else {
            // An unknown error: its text may hold secrets.
            let failure = CommandFailure(.internalError, "Unexpected error of type \(type(of: error)).")
            return outcome(of: failure, root)
        }
        return Outcome(exitCode: code.rawValue, message: root.fullMessage(for: error), isError: !code.isSuccess)
    }
}
