import ArgumentParser
import Foundation

@main
struct Torture: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "Torture",
        abstract: "Kills, freezes, cuts off and starves the programs while they work, and proves that nothing is lost.",
        discussion: """
            Runs real workers, Redis, and PostgreSQL or SQLite, all private. The seed fixes the exports, the mix of \
            relocations, and the kinds and sequence of the faults; their exact times depend on the machine. A run has \
            legs: each leg imports the same relocations under faults of its own, on an empty database and an empty \
            Redis, with appendfsync everysec and always in turn. Each leg is compared with one undisturbed run.

            A fault counts only if it hits a relocation while a worker works on it.

            Examples:
              Torture --database postgres --faults 2000 --seed 7
              Torture --database sqlite --faults 1000 --json result.json
              Torture soak --tasks 100000

            Exit codes: 0 nothing lost, duplicated, misordered or stuck, taken over in time; 1 otherwise; 64 usage; \
            70 the run itself failed.
            """,
        subcommands: [FaultsCommand.self, SoakCommand.self], defaultSubcommand: FaultsCommand.self)
}

/// The location of the programs under test.
struct ProgramOptions: ParsableArguments {
    @Option(help: ArgumentHelp("Folder of both programs; default: that of this one.", valueName: "folder"))
    var programs: String?

    func folder() throws -> String {
        let own = (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")) ?? ""
        let folder = programs ?? URL(fileURLWithPath: own).deletingLastPathComponent().path
        for name in ["relocation-worker", "relocation-enqueue"] {
            guard FileManager.default.isExecutableFile(atPath: "\(folder)/\(name)") else {
                throw ValidationError("There is no \(name) in \(folder): build it, or name another folder.")
            }
        }
        return URL(fileURLWithPath: folder).standardizedFileURL.path
    }
}

struct FaultsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "faults", abstract: "Runs relocations under faults (the default).")

    @OptionGroup var programs: ProgramOptions

    @Option(help: "postgres or sqlite.")
    var database = Setting.DatabaseKind.postgres

    @Option(help: "Fixes the exports and faults: the same seed gives the same run.")
    var seed: UInt64 = 1

    @Option(help: "Faults that must meet work in progress before the run ends.")
    var faults = 200

    @Option(help: "Relocations of each leg.")
    var relocations = 120

    @Option(help: "Global relocations of each leg, on a database of their own.")
    var globals = 3

    @Option(
        name: .customLong("relocate-percent"),
        help: "Of a hundred relocations, those that go through all steps, with mails to a mail server.")
    var relocatePercent = 12

    @Option(help: "Worker processes.")
    var workers = 8

    @Option(name: .customLong("in-flight"), help: "Relocations that are queued and unfinished at a time.")
    var inFlight = 40

    @Option(help: "The longest pause between two faults, in seconds.")
    var gap = 0.4

    @Option(help: "Seconds after the last fault after which an unfinished relocation counts as stuck.")
    var patience = 240.0

    @Option(
        name: .customLong("takeover-limit"),
        help: "Seconds within which 99 of 100 relocations must be taken over after their worker was lost.")
    var takeoverLimit = 6.0

    @Option(help: ArgumentHelp("Writes the result to a file, as JSON.", valueName: "file"))
    var json: String?

    @Option(
        name: .customLong("keep-logs"), help: ArgumentHelp("Keeps logs of legs with findings.", valueName: "folder"))
    var keepLogs: String?

    @Flag(help: "Falsifies the result at the end, to prove that the checks find it.")
    var sabotage = false

    @Flag(help: "Shows every fault.")
    var verbose = false

    @Flag(help: "Shows the workers' warnings and how often each occurred.")
    var warnings = false

    func validate() throws {
        guard (1...1_000_000).contains(faults), (1...10_000).contains(relocations), (0...100).contains(globals),
            (0...100).contains(relocatePercent), (1...32).contains(workers), (1...1000).contains(inFlight),
            (0.05...60).contains(gap)
        else {
            throw ValidationError(
                "--faults takes 1 to 1000000, --relocations 1 to 10000, --globals 0 to 100, "
                    + "--relocate-percent 0 to 100, --workers 1 to 32, --in-flight 1 to 1000, --gap 0.05 to 60.")
        }
    }

    func run() throws {
        signal(SIGPIPE, SIG_IGN)
        Interruption.watch()
        var setting = Setting(
            database: database, seed: seed, relocations: relocations, globals: globals,
            relocatePercent: relocatePercent, workers: workers, inFlight: inFlight, longestGap: gap,
            programs: try programs.folder(), patience: patience,
            takeoverLimit: takeoverLimit, keepsLogs: keepLogs)
        let workload = try Workload(setting)
        let server = try DestinationServer(database, worker: setting.programs + "/relocation-worker")
        setting.isVerbose = verbose
        setting.isSabotaged = sabotage
        setting.hasSmallDisk = server.disk != nil
        if !setting.hasSmallDisk { say("A full disk is left out: only root can make a small one.") }
        let expectation = try Expectation(setting, workload, server)
        say(String(format: "Undisturbed: %d relocations in %.1f s.", expectation.outcomes.count, expectation.seconds))
        try finish(setting, try legs(setting, workload, server, expectation))
    }

    private func legs(
        _ setting: Setting, _ workload: Workload, _ server: DestinationServer, _ expectation: Expectation
    ) throws -> LegResult {
        var total: LegResult?
        var number = 0
        while (total?.metTotal ?? 0) < faults {
            var setting = setting
            setting.fsync = number % 2 == 0 ? .everysec : .always
            var leg = try Leg(number, setting, workload, server, target: faults - (total?.metTotal ?? 0))
            let result = try leg.run(against: expectation)
            if total == nil { total = result } else { total?.add(result) }
            number += 1
            say(
                String(
                    format: "Leg %d: %d faults in %.0f s, then %.0f s; %@", number, result.metTotal,
                    result.secondsOfFaults, result.secondsOfCalm, result.isClean ? "clean" : "NOT CLEAN"))
            if !result.isClean, result.metTotal < faults { say(Report(setting: setting, result: result).text) }
        }
        return total ?? LegResult()
    }

    private func finish(_ setting: Setting, _ result: LegResult) throws {
        let report = Report(setting: setting, result: result)
        say("\n" + report.text)
        if warnings {
            for (text, count) in result.warnings.sorted(by: { $0.value > $1.value }).prefix(60) {
                say("\(count)× \(text)")
            }
        }
        if let json { try report.json.write(toFile: json, atomically: true, encoding: .utf8) }
        if !report.isPassed { throw ExitCode(1) }
    }
}

extension Setting.DatabaseKind: ExpressibleByArgument {}

/// Writes a line to standard output without buffering.
func say(_ text: String) { FileHandle.standardOutput.write(Data((text + "\n").utf8)) }
