import ArgumentParser
import Queue
import Testing

@testable import CommandLine

@Suite struct CommandRunnerTests {
    struct Root: AsyncParsableCommand {
        static let configuration = CommandConfiguration(commandName: "root", subcommands: [Sub.self])
    }

    struct Sub: AsyncParsableCommand {
        @Option var way = "fine"

        mutating func run() async throws {
            switch way {
            case "data": throw CommandFailure(.badData, "The file is cut off.")
            case "silent": throw CommandFailure(.failure)
            case "redis": throw QueueError(.full, "Redis is full.", remedy: "Wait.")
            case "code": throw ExitCode(130)
            case "validation": throw ValidationError("Both filters are given.")
            case "odd": throw Odd(secret: "hush")
            default: break
            }
        }
    }

    struct Odd: Error { let secret: String }

    @Test(arguments: [
        (["sub"], Int32(0), ""), (["sub", "--way", "data"], 65, "Error: The file is cut off."),
        (["sub", "--way", "silent"], 1, ""), (["sub", "--way", "redis"], 75, "Error: Redis is full. Wait."),
        (["sub", "--way", "code"], 130, ""), (["sub", "--way", "odd"], 70, "Error: Unexpected error of type Odd."),
    ])
    func errorsBecomeMessageAndCode(_ arguments: [String], _ code: Int32, _ message: String) async {
        let outcome = await CommandRunner.run(Root.self, arguments)
        let next = code == 75 ? "see what is missing: relocation-worker check" : nil
        #expect(
            outcome == CommandRunner.Outcome(exitCode: code, message: message, isError: code != 0, next: next))
    }

    @Test func usageErrorsAre64AndHelpIs0() async {
        for arguments in [["sub", "--unknown"], ["nothing"], ["sub", "--way"], ["sub", "--way", "validation"]] {
            let outcome = await CommandRunner.run(Root.self, arguments)
            #expect(outcome.exitCode == 64 && outcome.isError && !outcome.message.isEmpty)
        }
        for arguments in [["--help"], ["sub", "--help"], ["help"]] {
            let outcome = await CommandRunner.run(Root.self, arguments)
            #expect(outcome.exitCode == 0 && !outcome.isError && outcome.message.contains("USAGE"))
        }
    }
}
