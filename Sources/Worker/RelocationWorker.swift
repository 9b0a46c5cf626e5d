import ArgumentParser
import CommandLine
import Reporting
import TaskFormat

/// The root command.
struct RelocationWorker: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "relocation-worker",
        abstract: "Imports queued Sentry exports into SQLite or PostgreSQL.",
        discussion: """
            Any number of workers may run. One worker at a time imports a relocation, and its tasks run strictly in \
            order. If a worker is killed, nothing is lost: another worker continues where the database stands.

            Examples:
              relocation-worker migrate --database-url sqlite:///var/lib/relocation.sqlite
              relocation-worker check
              relocation-worker imports
              relocation-worker dsn UUID --from-url https://old.example.com
              relocation-worker export organizations --filter-org-slugs acme acme.json
              relocation-worker run --concurrency 2
              relocation-worker run --drain
              relocation-worker serve --http 127.0.0.1:8474

            Exit codes: 0 done or stopped by a signal, 1 a relocation failed (run --drain), 64 usage, 65 malformed keys, or \
            a row that no export can hold, 66 no such file, 69 Redis or the database unreachable, or the address of --http taken, 70 internal error, 73 \
            cannot create a file, 75 what is left waits longer than --drain-wait, 77 permission, 78 the schema, the \
            ledger or Redis does not fit, or another database has the destination's name, 130 interrupted by a second \
            signal.
            """,
        version: ToolVersion.current,
        subcommands: [
            RunCommand.self, MigrateCommand.self, CheckCommand.self, ImportsCommand.self, ExportCommand.self,
            DSNCommand.self, ServeCommand.self,
        ])
}

@main
enum Program {
    static func main() async {
        HeapLimits.apply()
        await CommandRunner.main(RelocationWorker.self, loggingCommands: ["run", "serve"])
    }
}
