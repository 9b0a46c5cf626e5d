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
    }

    /// Parses the arguments (nil: those of the process), runs their command and ends the process.
    public static func main(_ root: any ParsableCommand.Type, _ arguments: [String]? = nil) async -> Never {
        CoreDump.forbid()
        let outcome = await run(root, arguments)
        if !outcome.message.isEmpty {
            var text = outcome.message + "\n"
            // What a command has printed comes before its error, also in a file.
            fflush(nil)
            text.withUTF8 { _ = write(outcome.isError ? 2 : 1, $0.baseAddress, $0.count) }
        }
        exit(outcome.exitCode)
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
        if let failure = error as? CommandFailure {
            return Outcome(
                exitCode: failure.status.rawValue, message: failure.message.isEmpty ? "" : "Error: \(failure.message)",
                isError: true)
        }
        if let error = error as? any CommandEnding { return outcome(of: error.commandFailure, root) }
        if let error = error as? QueueError { return outcome(of: CommandFailure(error), root) }
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
