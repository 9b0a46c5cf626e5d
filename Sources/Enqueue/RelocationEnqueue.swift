import ArgumentParser
import CommandLine
import Reporting
import TaskFormat

/// The root command.
struct RelocationEnqueue: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "relocation-enqueue",
        abstract: "Queues Sentry exports for import, manages the queue, compares, sanitises and encrypts exports.",
        discussion: """
            An export is read twice: the first pass checks the whole file and counts its rows, the second cuts it into \
            tasks. A damaged file queues nothing. Standard output carries only the UUID of the relocation; messages go to \
            standard error. If Redis stalls or restarts for up to ten seconds, the command waits.

            Examples:
              relocation-enqueue users --check export.json
              relocation-enqueue users --merge-users --wait export.json
              relocation-enqueue users --decrypt-with key.pem export.tar
              relocation-enqueue status 5f0c0f3e-8a4e-4d6c-9f0e-3d1c2b7a9e10

            Exit codes: 0 done, 1 the relocation failed (with --wait) or exports differ (compare), 64 usage, 65 bad input, 66 no such input or \
            UUID, 69 Redis unreachable, 70 internal error, 73 cannot create a file, 75 queue full, 77 permission, 78 Redis \
            lacks what the queue needs, 130 interrupted.
            """,
        version: ToolVersion.current,
        subcommands: [
            UsersCommand.self, OrganizationsCommand.self, ConfigCommand.self, GlobalCommand.self, RelocateCommand.self,
            PlanCommand.self, EventsCommand.self,
            CompareCommand.self,
            VerifyCommand.self, UndoCommand.self, EncryptCommand.self, DecryptCommand.self, KeygenCommand.self,
            SanitizeCommand.self,
            StatusCommand.self,
            ListCommand.self, TopCommand.self, WorkersCommand.self, DestinationsCommand.self, HistoryCommand.self,
            DroppedCommand.self,
            AdaptedCommand.self,
            FindingsCommand.self, FailuresCommand.self, RetryCommand.self, RecoverCommand.self,
            PauseCommand.self, UnpauseCommand.self, CancelCommand.self, AbortCommand.self, DeleteCommand.self,
        ])
}

@main
enum Program {
    static func main() async {
        StandardStreams.fill()
        Interruption.install()
        await CommandRunner.main(RelocationEnqueue.self)
    }
}
