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
import Server
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

            Each flag has a variable of the same name: RELOCATION_CONCURRENCY for --concurrency. The flag wins.

            Under systemd (Type=notify, WatchdogSec=) it reports when it is ready, what it does and that it is alive.
            """)

    @OptionGroup var work: WorkOptions
    @OptionGroup(title: "Queue") var redis: RedisOptions
    @OptionGroup(title: "Queue") var destinationName: DestinationNameOption
    @OptionGroup(title: "Queue") var payloadKeys: PayloadKeyOptions
    @OptionGroup(title: "Destination") var destination: DestinationOptions
    @OptionGroup(title: "Destination") var timeLimits: TimeLimitOptions
    @OptionGroup(title: "Notices") var notices: NoticeOptions
    @OptionGroup(title: "Server") var http: HTTPOptions
    @OptionGroup(title: "Logging") var logging: LogOptions
    @OptionGroup(title: "Traces") var traces: TraceOptions

    func run() async throws {
        try logging.bootstrap()
        let settings = try settings()
        let stop = StopSignal()
        var log = Logger(label: "relocation-worker")
        log[metadataKey: "worker"] = "\(settings.name)"
        var serving = try http.settings(settings.queue)
        // Before the worker's first metric.
        if serving != nil { RelocationServer.bootstrapMetrics() }
        let worker = Worker(settings, stop: stop, log: log)
        let service = WorkerService(worker, stop: stop, log: log)
        serving?.look(at: worker, settings)
        let server = serving.map { [RelocationServer($0, log: log)] } ?? []
        let signals = OperatorSignals(stop, log: log)
        try await traces.during(settings.name, log) { try await ServiceRun.run(server + [service]) }
        withExtendedLifetime(signals) {}
        try Self.finish(service.end)
    }

    private func settings() throws -> WorkerSettings {
        var settings = WorkerSettings(
            queue: try redis.configuration(), destination: try destination.settings(), name: Self.name())
        settings.host = ProcessInfo.processInfo.hostName
        settings.processID = Int(ProcessInfo.processInfo.processIdentifier)
        settings.version = ToolVersion.current
        settings.destination.timeouts = try timeLimits.timeouts()
        settings.destinationName = try destinationName.name()
        settings.payloadKeys = try payloadKeys.keyring()
        try work.apply(to: &settings)
        settings.notices = try notices.settings()
        settings.notifier = Self.notifier(.process)
        settings.abandon = Self.abandon(try logging.format())
        return settings
    }

    private static func notifier(_ environment: Environment) -> SystemdNotifier? {
        SystemdNotifier(
            socket: environment["NOTIFY_SOCKET"], watchdogMicroseconds: environment["WATCHDOG_USEC"],
            watchdogProcess: environment["WATCHDOG_PID"])
    }

    /// Ends a process whose loops hang. It cannot end in an orderly way any more.
    private static func abandon(_ format: LogOptions.Format) -> @Sendable (String) -> Void {
        { reason in
            switch format {
            case .text: FileHandle.standardError.write(Data("Error: \(reason)\n".utf8))
            case .json: LineLogHandler.tellEnd(reason, exitCode: CommandExit.internalError.rawValue)
            }
            _exit(CommandExit.internalError.rawValue)
        }
    }

    private static func finish(_ end: WorkerEnd) throws(CommandFailure) {
        switch end {
        case .finished: return
        case .failures(let count):
            let relocations = count == 1 ? "1 relocation has" : "\(count) relocations have"
            throw CommandFailure(
                .failure, "\(relocations) failed. relocation-enqueue status UUID says why.",
                next: "relocation-enqueue list --status failure")
        case .later(let uuids, let seconds):
            throw CommandFailure(
                .tryAgain,
                "What is left waits for its next attempt, the first in \(seconds) s: \(uuids.joined(separator: ", ")). "
                    + "Look at its status, or run a worker later.",
                next: uuids.first.map { "relocation-enqueue status \($0)" })
        case .unreachable(let message): throw CommandFailure(.unavailable, message, next: CommandFailure.check)
        case .refused(let message): throw CommandFailure(.noPermission, message, next: CommandFailure.check)
        case .schema(let message), .taken(let message), .unsupported(let message):
            throw CommandFailure(.badSchema, message, next: CommandFailure.check)
        }
    }

    /// Host and process id, so that an operator finds the worker.
    static func name() -> String {
        "\(ProcessInfo.processInfo.hostName):\(ProcessInfo.processInfo.processIdentifier)"
    }
}
