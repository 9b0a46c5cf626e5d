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
import UnixSignals

internal import Foundation

struct RunCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "run", abstract: "Works the queue until told to stop.",
        discussion: """
            SIGTERM or SIGINT finishes the current chunk, gives the lease back and exits with 0; a second one ends the \
            process at once with 130.

            Under systemd it says when it is able to work, what it does and that it lives (Type=notify, WatchdogSec=).
            """)

    @Flag(help: "End when no relocation is left that can go on without an operator.")
    var drain = false

    @Option(help: "Relocations worked at the same time, 1-\(WorkerSettings.concurrencyLimits.upperBound).")
    var concurrency = 1

    @Option(
        name: .customLong("group-rows"),
        help: "Rows of one relocation that are committed together; 1 commits every chunk by itself.")
    var groupRows = GroupPolicy().maxRows

    @Option(
        name: .customLong("outage-budget"),
        help: "Seconds for which Redis or the database may stay away before the worker ends with 69.")
    var outageBudget = 30

    @Option(
        name: .customLong("stall-limit"),
        help: "Seconds that one turn may take before it counts as hanging; hanging for twice as long ends with 70.")
    var stallLimit = 60

    @OptionGroup(title: "Queue") var redis: RedisOptions
    @OptionGroup(title: "Queue") var payloadKeys: PayloadKeyOptions
    @OptionGroup(title: "Destination") var destination: DestinationOptions
    @OptionGroup(title: "Logging") var logging: LogOptions

    func validate() throws {
        guard WorkerSettings.concurrencyLimits.contains(concurrency) else {
            throw ValidationError("--concurrency takes 1 to \(WorkerSettings.concurrencyLimits.upperBound).")
        }
        guard GroupPolicy.rowLimits.contains(groupRows) else {
            throw ValidationError("--group-rows takes 1 to \(GroupPolicy.rowLimits.upperBound).")
        }
        guard (0...86_400).contains(outageBudget) else {
            throw ValidationError("--outage-budget takes 0 to 86400 seconds.")
        }
        guard WorkerSettings.stallLimits.contains(stallLimit) else {
            throw ValidationError("--stall-limit takes 2 to \(WorkerSettings.stallLimits.upperBound) seconds.")
        }
    }

    func run() async throws {
        logging.bootstrap()
        var settings = WorkerSettings(
            queue: try redis.configuration(), destination: try destination.settings(), name: Self.name())
        settings.payloadKeys = try keyring()
        settings.drains = drain
        settings.concurrency = concurrency
        settings.groups.maxRows = groupRows
        settings.outageBudgetMilliseconds = outageBudget * 1000
        settings.stallLimitMilliseconds = stallLimit * 1000
        settings.notifier = Self.notifier(.process)
        settings.abandon = Self.abandon
        let stop = StopSignal()
        var log = Logger(label: "relocation-worker")
        log[metadataKey: "worker"] = "\(settings.name)"
        let worker = Worker(settings, stop: stop, log: log)
        let end = await withTaskGroup(of: WorkerEnd?.self) { group in
            group.addTask { await worker.run() }
            group.addTask { [log] in
                await Self.watchSignals(stop, log)
                return nil
            }
            while let end = await group.next() {
                guard let end else { continue }
                group.cancelAll()
                return end
            }
            return .finished
        }
        try Self.finish(end)
    }

    private static func notifier(_ environment: Environment) -> SystemdNotifier? {
        SystemdNotifier(
            socket: environment["NOTIFY_SOCKET"], watchdogMicroseconds: environment["WATCHDOG_USEC"],
            watchdogProcess: environment["WATCHDOG_PID"])
    }

    /// Ends a process whose loops hang: there is nobody left who could end it in order.
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

    /// The first signal asks for an orderly end, the second ends the process.
    private static func watchSignals(_ stop: StopSignal, _ log: Logger) async {
        for await signal in await UnixSignalsSequence(trapping: .sigterm, .sigint) {
            if stop.isRequested { _exit(CommandExit.interrupted.rawValue) }
            log.info("stopping after the current chunk", metadata: ["signal": "\(signal)"])
            stop.request()
        }
    }

    private static func finish(_ end: WorkerEnd) throws(CommandFailure) {
        switch end {
        case .finished: return
        case .unreachable(let message): throw CommandFailure(.unavailable, message)
        case .refused(let message): throw CommandFailure(.noPermission, message)
        case .schema(let message): throw CommandFailure(.badSchema, message)
        }
    }

    /// Host and process: what an operator needs to find it.
    private static func name() -> String {
        "\(ProcessInfo.processInfo.hostName):\(ProcessInfo.processInfo.processIdentifier)"
    }
}
