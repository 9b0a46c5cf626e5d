import ArgumentParser
import CommandLine
import Reporting
import Cutting
import ExportFormat
import TaskFormat
import Relocation
import WorkerRuntime
import Logging
import Queue
import ServiceLifecycle

internal import Foundation

struct RunCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "run", abstract: "Imports what is queued until told to stop.",
        discussion: """
            On SIGTERM or SIGINT it finishes the current chunk, releases its relocation and exits with 0. A second signal \
            ends the process at once with 130.

            On SIGUSR1 or SIGTSTP it becomes quiet: it finishes what it has claimed and takes no more, until SIGUSR2. SIGHUP \
            is ignored. `relocation-enqueue workers` shows every worker and what it does.

            Under systemd (Type=notify, WatchdogSec=) it reports when it is ready, what it does and that it is alive.
            """)

    @Flag(
        help: """
            End when no relocation is left that can continue without an operator; with 1 if one has failed meanwhile.
            """)
    var drain = false

    @Option(
        name: .customLong("drain-wait"),
        help: ArgumentHelp(
            """
            Seconds that --drain waits for a relocation's next attempt. If all that is left waits longer, the worker names \
            it and exits with 75.
            """, valueName: "seconds"))
    var drainWait = 60

    @Option(
        help: ArgumentHelp(
            "Relocations imported at the same time, 1-\(WorkerSettings.concurrencyLimits.upperBound).",
            valueName: "number"))
    var concurrency = 1

    @Option(
        name: [.customLong("commit-batch-rows"), .customLong("group-rows")],
        help: ArgumentHelp(
            """
            Rows of one relocation that one transaction commits; 1 commits each chunk by itself. --group-rows is the \
            old name.
            """, valueName: "rows"))
    var commitBatchRows = CommitBatchPolicy().maxRows

    @Option(
        name: .customLong("outage-budget"),
        help: ArgumentHelp(
            """
            Seconds for which Redis may be unreachable before the worker exits with 69; the database too, at the start or \
            with --drain. A worker that has worked waits for its database as long as it takes.
            """,
            valueName: "seconds"))
    var outageBudget = 30

    @Option(
        name: .customLong("max-attempts"),
        help: ArgumentHelp(
            """
            Attempts of a task after transient errors that concern its relocation alone (a deadlock, a timeout), before it \
            fails. The time between them doubles from half a second to eight hours: 25 attempts are spread over about \
            three days. Trouble of the database itself costs no attempt.
            """, valueName: "number"))
    var maxAttempts = RetryPolicy().maxAttempts

    @Option(
        name: .customLong("stall-limit"),
        help: ArgumentHelp(
            """
            Seconds that one step of the work may take before it counts as hanging. After twice as long the worker \
            exits with 70.
            """, valueName: "seconds"))
    var stallLimit = 60

    @Flag(
        help: """
            Give the destination's name to this database if it belongs to another one, with everything that was queued \
            for it. The change is recorded (relocation-enqueue destinations).
            """)
    var rebind = false

    @OptionGroup(title: "Queue") var redis: RedisOptions
    @OptionGroup(title: "Queue") var destinationName: DestinationNameOption
    @OptionGroup(title: "Queue") var payloadKeys: PayloadKeyOptions
    @OptionGroup(title: "Destination") var destination: DestinationOptions
    @OptionGroup(title: "Destination") var timeLimits: TimeLimitOptions
    @OptionGroup(title: "Logging") var logging: LogOptions

    func validate() throws {
        guard WorkerSettings.concurrencyLimits.contains(concurrency) else {
            throw ValidationError("--concurrency takes 1 to \(WorkerSettings.concurrencyLimits.upperBound).")
        }
        guard CommitBatchPolicy.rowLimits.contains(commitBatchRows) else {
            throw ValidationError("--commit-batch-rows takes 1 to \(CommitBatchPolicy.rowLimits.upperBound).")
        }
        guard (0...86_400).contains(outageBudget) else {
            throw ValidationError("--outage-budget takes 0 to 86400 seconds.")
        }
        guard (0...86_400).contains(drainWait) else {
            throw ValidationError("--drain-wait takes 0 to 86400 seconds.")
        }
        guard RetryPolicy.attemptLimits.contains(maxAttempts) else {
            throw ValidationError("--max-attempts takes 1 to \(RetryPolicy.attemptLimits.upperBound).")
        }
        guard WorkerSettings.stallLimits.contains(stallLimit) else {
            throw ValidationError("--stall-limit takes 2 to \(WorkerSettings.stallLimits.upperBound) seconds.")
        }
    }

    func run() async throws {
        logging.bootstrap()
        var settings = WorkerSettings(
            queue: try redis.configuration(), destination: try destination.settings(), name: Self.name())
        settings.destination.timeouts = try timeLimits.timeouts()
        settings.host = ProcessInfo.processInfo.hostName
        settings.processID = Int(ProcessInfo.processInfo.processIdentifier)
        settings.version = ToolVersion.current
        settings.destinationName = try destinationName.name()
        settings.rebinds = rebind
        settings.payloadKeys = try keyring()
        settings.drains = drain
        settings.concurrency = concurrency
        settings.commitBatches.maxRows = commitBatchRows
        settings.drainWaitMilliseconds = drainWait * 1000
        settings.retries.maxAttempts = maxAttempts
        settings.outageBudgetMilliseconds = outageBudget * 1000
        settings.stallLimitMilliseconds = stallLimit * 1000
        settings.notifier = Self.notifier(.process)
        settings.abandon = Self.abandon
        let stop = StopSignal()
        var log = Logger(label: "relocation-worker")
        log[metadataKey: "worker"] = "\(settings.name)"
        let service = WorkerService(Worker(settings, stop: stop, log: log), stop: stop, log: log)
        let signals = OperatorSignals(stop, log: log)
        try await Self.run(service)
        withExtendedLifetime(signals) {}
        try Self.finish(service.end)
    }

    private static func notifier(_ environment: Environment) -> SystemdNotifier? {
        SystemdNotifier(
            socket: environment["NOTIFY_SOCKET"], watchdogMicroseconds: environment["WATCHDOG_USEC"],
            watchdogProcess: environment["WATCHDOG_PID"])
    }

    /// Ends a process whose loops hang. It cannot end in an orderly way any more.
    @Sendable private static func abandon(_ reason: String) {
        FileHandle.standardError.write(Data("Error: \(reason)\n".utf8))
        _exit(CommandExit.internalError.rawValue)
    }

    private func keyring() throws -> PayloadKeyring? {
        do {
            switch try payloadKeys.source() {
            case nil: return nil
            case .file(let path): return try PayloadKeyring(file: path)
            case .text(let text): return try PayloadKeyring(parsing: text)
            }
        } catch let error as TaskFormatError {
            throw CommandFailure(error)
        }
    }

    /// Runs until the worker has ended. Shutdown begins with the last service, so that a second signal works to the
    /// end.
    private static func run(_ service: WorkerService) async throws {
        var quiet = Logger(label: "relocation-worker.services")
        quiet.logLevel = .warning
        let group = ServiceGroup(
            configuration: .init(
                services: [
                    .init(service: SecondSignalService()),
                    .init(service: service, successTerminationBehavior: .gracefullyShutdownGroup),
                ], gracefulShutdownSignals: SecondSignalService.signals, logger: quiet))
        try await group.run()
    }

    private static func finish(_ end: WorkerEnd) throws(CommandFailure) {
        switch end {
        case .finished: return
        case .failures(let count):
            let relocations = count == 1 ? "1 relocation has" : "\(count) relocations have"
            throw CommandFailure(.failure, "\(relocations) failed. relocation-enqueue status UUID says why.")
        case .later(let uuids, let seconds):
            throw CommandFailure(
                .tryAgain,
                "What is left waits for its next attempt, the first in \(seconds) s: \(uuids.joined(separator: ", ")). "
                    + "Look at its status (relocation-enqueue status), or run a worker later.")
        case .unreachable(let message): throw CommandFailure(.unavailable, message)
        case .refused(let message): throw CommandFailure(.noPermission, message)
        case .schema(let message), .taken(let message): throw CommandFailure(.badSchema, message)
        }
    }

    /// Host and process id, so that an operator finds the worker.
    private static func name() -> String {
        "\(ProcessInfo.processInfo.hostName):\(ProcessInfo.processInfo.processIdentifier)"
    }
}
