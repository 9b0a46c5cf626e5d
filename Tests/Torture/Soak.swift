import ArgumentParser
import Foundation
import Synchronization
import TestSupport

struct SoakCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "soak", abstract: "Runs many small relocations and watches that nothing grows.",
        discussion: """
            Imports the same few exports over and over, under new UUIDs, into rows that already exist. Redis forgets \
            finished relocations soon, so only a leak in the programs or in Redis can grow. After a warm-up of twice \
            the retention, compares the medians of the first and the last quarter of the run.

            Exit codes: 0 no growth; 1 growth; 64 usage; 70 the run itself failed.
            """)

    @OptionGroup var programs: ProgramOptions

    @Option(help: "postgres or sqlite.")
    var database = Setting.DatabaseKind.sqlite

    @Option(help: "Tasks that are to pass through the queue.")
    var tasks = 100_000

    @Option(help: "What fixes the exports.")
    var seed: UInt64 = 1

    @Option(help: "Worker processes, each with two slots.")
    var workers = 2

    @Option(help: "Seconds after which a finished relocation is forgotten.")
    var retention = 5

    @Option(help: ArgumentHelp("Writes the samples to a file, as CSV.", valueName: "file"))
    var csv: String?

    func validate() throws {
        guard (100...100_000_000).contains(tasks), (1...32).contains(workers), (1...3600).contains(retention) else {
            throw ValidationError("--tasks takes 100 to 100000000, --workers 1 to 32, --retention 1 to 3600.")
        }
    }

    func run() throws {
        signal(SIGPIPE, SIG_IGN)
        Interruption.watch()
        let folder = try programs.folder()
        let server = try DestinationServer(database, worker: folder + "/relocation-worker")
        let soak = try Soak(
            programs: folder, server: server, seed: seed, workers: workers, retention: retention, tasks: tasks)
        let samples = try soak.run()
        if let csv { try Soak.csv(samples).write(toFile: csv, atomically: true, encoding: .utf8) }
        let report = SoakReport(samples: samples)
        say(report.text)
        if report.grows { throw ExitCode(1) }
    }
}

/// One measurement of what may grow.
struct SoakSample {
    let seconds: Double
    let tasks: Int
    /// Anonymous memory of all workers, in bytes.
    let memory: Int
    let descriptors: Int
    let keys: Int
    /// Members of the sorted set of all relocations.
    let index: Int
    /// Memory of Redis, in bytes.
    let redis: Int
}

/// Runs relocations over and over.
final class Soak: Sendable {
    private let redis: RedisServer
    private let client: RedisClient
    private let workers: [WorkerProcess]
    private let exports: [(scope: String, flags: [String], file: String)]
    private let programs: String
    private let environment: [String: String?]
    private let folder: TemporaryFolder
    private let target: Int
    /// Seconds until as many finished relocations are kept as the retention allows.
    private let warmUp: Double
    private let state = Mutex(State())

    private struct State {
        var open: Set<String> = []
        var tasks = 0
        var begun = 0
        var failures: [String] = []
        /// Tasks to count; nil during the warm-up.
        var goal: Int?

        var isDone: Bool { !failures.isEmpty || goal.map { tasks >= $0 } ?? false }

        /// Ends the warm-up: from now on tasks count.
        mutating func count(to target: Int) {
            guard goal == nil else { return }
            (goal, tasks) = (target, 0)
        }
    }

    private static let inFlight = 12
    private static let enqueuers = 2

    init(
        programs: String, server: DestinationServer, seed: UInt64, workers count: Int, retention: Int, tasks: Int
    ) throws {
        let redis = try RedisServer(["appendonly yes", "appendfsync everysec"], tcp: true)
        let folder = try TemporaryFolder()
        (self.redis, self.folder, self.programs, target) = (redis, folder, programs, tasks)
        warmUp = 2 * Double(retention)
        client = RedisClient(path: redis.socketPath)
        exports = try Self.exports(seed, folder)
        let environment: [String: String?] = [
            "RELOCATION_REDIS_URL": redis.url, "RELOCATION_REDIS_PREFIX": "soak",
            "RELOCATION_DATABASE_URL": try server.makeDatabase(), "RELOCATION_RETENTION": "\(retention)",
            "RELOCATION_FAILPOINT": nil,
        ]
        self.environment = environment
        workers = try (0..<count).map { number in
            WorkerProcess(
                number: number, program: programs + "/relocation-worker", environment: environment, concurrency: 2,
                redisProxy: try Proxy(to: redis.port), databaseProxy: nil, folder: folder, logLevel: "warning")
        }
    }

    private static func exports(_ seed: UInt64, _ folder: TemporaryFolder) throws -> [(String, [String], String)] {
        try (0..<6).map { number in
            var export = ExportText(SeededRandom(seed: seed, "soak", number))
            let isConfig = number % 3 == 2
            if isConfig {
                export.addSettings("soak\(number)", count: 60, known: nil)
            } else {
                for person in 0..<30 { _ = export.addUser("soak\(number)", person) }
            }
            let file = try folder.write(export.text, to: "export-\(number).json")
            let flags = ["--merge-users", "--chunk-size", "1"] + (isConfig ? ["--overwrite-configs"] : [])
            return (isConfig ? "config" : "users", flags, file)
        }
    }

    func run() throws -> [SoakSample] {
        for worker in workers { try worker.supervise() }
        for _ in 0..<Self.enqueuers { Thread { [self] in enqueueAll() }.start() }
        var samples: [SoakSample] = []
        let began = Date()
        var reported = 0
        while !state.withLock({ $0.isDone }) {
            poll()
            if Date().timeIntervalSince(began) > warmUp { state.withLock { $0.count(to: target) } }
            if state.withLock({ $0.goal != nil }) {
                let sample = take(Date().timeIntervalSince(began) - warmUp)
                samples.append(sample)
                if sample.tasks - reported >= target / 10 {
                    reported = sample.tasks
                    say(
                        "\(sample.tasks) tasks, \(Int(sample.seconds)) s, \(sample.memory >> 10) KiB, \(sample.keys) keys"
                    )
                }
            }
            usleep(250_000)
        }
        if let failure = state.withLock({ $0.failures.first }) { throw SystemFailure(failure) }
        guard workers.allSatisfy({ $0.exits.isEmpty }) else { throw SystemFailure("a worker has ended") }
        for worker in workers { _ = worker.retire() }
        return samples
    }

    // MARK: Work

    private func enqueueAll() {
        while true {
            let number = state.withLock { state -> Int? in
                guard !state.isDone else { return -1 }
                guard state.open.count < Self.inFlight else { return nil }
                state.begun += 1
                return state.begun
            }
            guard let number else {
                usleep(20_000)
                continue
            }
            guard number >= 0 else { return }
            let export = exports[number % exports.count]
            let uuid = UUID().uuidString.lowercased()
            state.withLock { _ = $0.open.insert(uuid) }
            let arguments = [export.scope, "--silent", "--import-uuid", uuid] + export.flags + [export.file]
            var code: Int32 = -1
            repeat {
                let process = try? ChildProcess(
                    programs + "/relocation-enqueue", arguments, environment: environment,
                    errors: folder.file("errors"))
                code = process?.wait() ?? -1
                // Redis may be slow on a loaded machine. Repeating the same enqueue is safe.
            } while code == 69
            guard code != 0 else { continue }
            state.withLock { $0.failures.append("enqueue ended with \(code): \(folder.read("errors"))") }
        }
    }

    /// Counts the finished relocations.
    private func poll() {
        let open = state.withLock { Array($0.open) }
        let commands = open.map { ["HMGET", "{soak}:record:\($0)", "status", "chunksTotal", "failureReason"] }
        guard let answers = client.pipeline(commands) else { return }
        state.withLock { state in
            for (uuid, answer) in zip(open, answers) {
                let texts = answer.list.map(\.text)
                if texts.first == "SUCCESS" {
                    state.open.remove(uuid)
                    state.tasks += texts[1].flatMap { Int($0) } ?? 0
                } else if texts.first == "FAILURE" {
                    state.failures.append("\(uuid) failed: \(texts[2] ?? "")")
                }
            }
        }
    }

    // MARK: Samples

    private func take(_ seconds: Double) -> SoakSample {
        let pids = workers.compactMap(\.pid)
        let answers = client.pipeline([["DBSIZE"], ["ZCARD", "{soak}:index"], ["INFO", "memory"]])
        let info = answers?.last?.text ?? ""
        let used = info.split(whereSeparator: \.isNewline).first { $0.hasPrefix("used_memory:") }
        return SoakSample(
            seconds: seconds, tasks: state.withLock { $0.tasks }, memory: pids.reduce(0) { $0 + Self.memory($1) },
            descriptors: pids.reduce(0) { $0 + Self.descriptors($1) }, keys: answers?[0].text.flatMap { Int($0) } ?? 0,
            index: answers?[1].text.flatMap { Int($0) } ?? 0,
            redis: used.flatMap { Int($0.dropFirst("used_memory:".count)) } ?? 0)
    }

    private static func memory(_ pid: Int32) -> Int {
        let text = (try? String(contentsOfFile: "/proc/\(pid)/status", encoding: .utf8)) ?? ""
        let line = text.split(separator: "\n").first { $0.hasPrefix("RssAnon:") } ?? ""
        return (line.split(separator: " ").compactMap { Int($0) }.first ?? 0) << 10
    }

    private static func descriptors(_ pid: Int32) -> Int {
        (try? FileManager.default.contentsOfDirectory(atPath: "/proc/\(pid)/fd").count) ?? 0
    }

    static func csv(_ samples: [SoakSample]) -> String {
        "seconds,tasks,memory,descriptors,keys,index,redis\n"
            + samples.map {
                String(format: "%.2f", $0.seconds)
                    + ",\($0.tasks),\($0.memory),\($0.descriptors),\($0.keys),\($0.index),\($0.redis)\n"
            }.joined()
    }
}

/// Compares the first quarter with the last quarter.
struct SoakReport {
    let samples: [SoakSample]

    private struct Line {
        let name: String
        let first: Int
        let last: Int
        /// The highest value of `last` that is no growth.
        let limit: Int
        var grows: Bool { last > limit }
    }

    /// - Parameters:
    ///   - percent: noise that is no growth, in percent of the first value
    ///   - slack: noise to allow in addition
    private func line(_ name: String, _ value: (SoakSample) -> Int, percent: Int, slack: Int) -> Line {
        let tasks = samples.last?.tasks ?? 0
        // The first tenth warms up: caches, prepared statements, the allocator.
        func median(_ range: Range<Int>) -> Int {
            let found = samples.filter { range.contains($0.tasks) }.map(value).sorted()
            return found.isEmpty ? 0 : found[found.count / 2]
        }
        let first = median(tasks / 10..<tasks * 35 / 100)
        return Line(
            name: name, first: first, last: median(tasks * 3 / 4..<tasks + 1),
            limit: first + first * percent / 100 + slack)
    }

    private var lines: [Line] {
        [
            line("workers' anonymous memory (bytes)", \.memory, percent: 5, slack: 2 << 20),
            line("workers' file descriptors", \.descriptors, percent: 0, slack: 2),
            line("keys in Redis", \.keys, percent: 25, slack: 20),
            line("relocations in Redis' index", \.index, percent: 25, slack: 20),
            line("Redis' memory (bytes)", \.redis, percent: 10, slack: 1 << 20),
        ]
    }

    var grows: Bool { lines.contains(where: \.grows) }

    var text: String {
        let head = "\(samples.last?.tasks ?? 0) tasks in \(Int(samples.last?.seconds ?? 0)) s\n"
        return head
            + lines.map { line in
                let name = line.name + String(repeating: " ", count: max(0, 36 - line.name.count))
                return "\(name) \(line.first) → \(line.last) (limit \(line.limit))\(line.grows ? " GROWS" : "")\n"
            }.joined()
    }
}
