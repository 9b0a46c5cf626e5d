import ArgumentParser
import Catalogue
import Logging
import Queue
import Synchronization
import TestSupport
import Testing

@testable import CommandLine
@testable import Reporting

@Suite struct CommandExitTests {
    @Test func everyKindHasItsCode() {
        let expected: [(QueueError.Kind, Int32)] = [
            (.unavailable, 69), (.authentication, 77), (.readOnly, 69), (.full, 75), (.leaseLost, 70),
            (.notFound, 66), (.conflict, 64), (.badURL, 64), (.invalidArgument, 64), (.protocolError, 70),
        ]
        #expect(expected.count == QueueError.Kind.allCases.count)
        for (kind, code) in expected { #expect(CommandExit(QueueError(kind, "")).rawValue == code) }
    }
}

@Suite struct EnvironmentTests {
    @Test func valuesComeFromVariablesOrFiles() throws {
        let folder = try TemporaryFolder()
        let path = try folder.write("redis://h/1\r\n\n", to: "url")
        let environment = Environment(["A": "x", "B_FILE": path, "EMPTY": "", "C": ""])
        #expect(try environment.value("A") == "x")
        #expect(try environment.value("B") == "redis://h/1")
        #expect(try environment.value("EMPTY") == nil)
        #expect(try environment.value("NONE") == nil)
    }

    @Test func filesThatCannotBeUsedAreRefused() throws {
        let folder = try TemporaryFolder()
        func status(_ variables: [String: String]) -> CommandExit? {
            do { _ = try Environment(variables).value("A") } catch { return error.status }
            return nil
        }
        #expect(status(["A": "x", "A_FILE": "/y"]) == .usage)
        #expect(status(["A_FILE": folder.file("none")]) == .noInput)
        #expect(status(["A_FILE": folder.path]) == .noInput)
        #expect(status(["A_FILE": try folder.write("\n", to: "empty")]) == .usage)
        let limit = Environment.maximumFileBytes
        #expect(status(["A_FILE": try folder.write(String(repeating: "x", count: limit), to: "fits")]) == nil)
        #expect(status(["A_FILE": try folder.write(String(repeating: "x", count: limit + 1), to: "large")]) == .usage)
    }
}

@Suite struct OptionsTests {
    private func failure(_ call: () throws -> Void) -> CommandFailure? {
        do { try call() } catch { return error as? CommandFailure }
        return nil
    }

    @Test func flagsComeBeforeTheEnvironment() throws {
        let environment = Environment([
            "RELOCATION_REDIS_URL": "redis://u:p@env/1", "RELOCATION_REDIS_PREFIX": "fromenv",
        ])
        var configuration = try RedisOptions.parse([]).configuration(environment)
        #expect(configuration.url.description == "redis://env:6379/1" && configuration.prefix == "fromenv")
        configuration = try RedisOptions.parse(["--redis-url", "unix:///s", "--redis-prefix", "flag"])
            .configuration(environment)
        #expect(configuration.url.description == "unix:///s" && configuration.prefix == "flag")
        let bare = Environment(["RELOCATION_REDIS_URL": "redis://h"])
        #expect(try RedisOptions.parse([]).configuration(bare).prefix == "relocation")
    }

    @Test func howLongAFinishedRelocationIsRemembered() throws {
        let environment = Environment(["RELOCATION_REDIS_URL": "redis://h", "RELOCATION_RETENTION": "60"])
        #expect(try RedisOptions.parse([]).configuration(environment).retentionSeconds == 60)
        #expect(try RedisOptions.parse(["--retention", "5"]).configuration(environment).retentionSeconds == 5)
        let bare = Environment(["RELOCATION_REDIS_URL": "redis://h"])
        #expect(try RedisOptions.parse([]).configuration(bare).retentionSeconds == 30 * 24 * 60 * 60)
        let word = Environment(["RELOCATION_REDIS_URL": "redis://h", "RELOCATION_RETENTION": "a month"])
        #expect(failure { _ = try RedisOptions.parse([]).configuration(word) }?.status == .usage)
        #expect(kind { _ = try RedisOptions.parse(["--retention", "0"]).configuration(bare) } == .invalidArgument)
    }

    @Test func aPasswordOnTheCommandLineIsRefused() throws {
        let nothing = Environment([:])
        let redis = try RedisOptions.parse(["--redis-url", "redis://u:hush@h"])
        var refusal = failure { _ = try redis.configuration(nothing) }
        #expect(refusal?.status == .usage && refusal?.message.contains("RELOCATION_REDIS_URL_FILE") == true)
        #expect(refusal?.message.contains("hush") == false)
        for url in [
            "postgresql://u:hush@h/d", "postgres://u@h/d?password=hush", "postgresql://h/d?a=b&sslpassword=hush",
            "postgresql://h/d?%70assword=hush", "host=h password=hush", "host=h PASSWORD = hush",
        ] {
            let database = try DatabaseOptions.parse(["--database-url", url])
            refusal = failure { _ = try database.url(nothing, folder: "/f") }
            #expect(refusal?.status == .usage && refusal?.message.contains("hush") == false, "\(url)")
        }
    }

    @Test func databasesWithoutAPasswordAreTakenAsTheyAre() throws {
        for url in [
            "postgresql://u@h/d", "postgresql://h:5432/password", "postgresql:///d?host=/run", "sqlite:///a:b@c",
            "host=h user=u",
        ] {
            #expect(try DatabaseOptions.parse(["--database-url", url]).url(Environment([:]), folder: "/f") == url)
        }
        let environment = Environment(["RELOCATION_DATABASE_URL": "postgresql://u:hush@h/d"])
        #expect(try DatabaseOptions.parse([]).url(environment, folder: "/f") == "postgresql://u:hush@h/d")
        let options = try DatabaseOptions.parse([])
        #expect(try options.url(Environment([:]), folder: "/a/b") == "sqlite:///a/b/relocation.sqlite")
        #expect(try options.url(Environment([:]), folder: "/") == "sqlite:///relocation.sqlite")
    }

    @Test func noRedisAtAllIsAUsageError() throws {
        let options = try RedisOptions.parse([])
        #expect(failure { _ = try options.configuration(Environment([:])) }?.status == .usage)
        #expect(kind { _ = try options.configuration(Environment(["RELOCATION_REDIS_URL": "x"])) } == .badURL)
    }
}

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
        #expect(outcome == CommandRunner.Outcome(exitCode: code, message: message, isError: code != 0))
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

@Suite struct LogTests {
    private final class Lines: Sendable {
        private let text = Mutex("")
        var all: String { text.withLock { $0 } }
        func add(_ line: String) { text.withLock { $0 += line } }
    }

    private func written(_ format: LogOptions.Format, _ log: (inout Logger) -> Void) -> String {
        let lines = Lines()
        var logger = Logger(label: "queue") { label in
            LineLogHandler(label: label, format: format, level: .info, clock: { 1_715_000_000_123 }, sink: lines.add)
        }
        log(&logger)
        return lines.all
    }

    @Test func linesForPeople() {
        let text = written(.text) { logger in
            logger[metadataKey: "relocation.uuid"] = "u"
            logger.warning("Back\noff", metadata: ["delay": "5 s", "attempt": "2"])
            logger.debug("not this")
        }
        #expect(text == "2024-05-06T12:53:20.123Z warning Back off attempt=2 delay=\"5 s\" relocation.uuid=u\n")
    }

    @Test func objectsForMachines() {
        let text = written(.json) { logger in logger.info("a\"b\n", metadata: ["x": "é\u{1}", "time": "t"]) }
        #expect(
            text
                == #"{"time":"2024-05-06T12:53:20.123Z","level":"info","logger":"queue","message":"a\"b\n","#
                + #""metadata.time":"t","x":"\u00e9\u0001"}"# + "\n")
    }
}

@Suite struct TimestampTests {
    @Test(arguments: [
        (Int64(0), "1970-01-01T00:00:00.000Z"), (951_782_399_999, "2000-02-28T23:59:59.999Z"),
        (951_782_400_000, "2000-02-29T00:00:00.000Z"), (-1, "1969-12-31T23:59:59.999Z"),
        (-1_000, "1969-12-31T23:59:59.000Z"),
    ])
    func isISO8601InUTC(_ milliseconds: Int64, _ text: String) {
        #expect(Timestamp.text(milliseconds) == text)
    }
}

@Suite struct ProgressTests {
    private func meter(_ total: Int, _ samples: [(Int64, Int)]) -> ProgressMeter {
        var meter = ProgressMeter(total: total)
        for (time, done) in samples { meter.update(done: done, at: time) }
        return meter
    }

    @Test func ratesPercentagesAndRemainders() {
        let none = meter(100, [])
        #expect(none.rate == nil && none.percent == 0 && none.remainingSeconds == nil)
        let one = meter(100, [(5_000, 10)])
        #expect(one.rate == nil && one.percent == 10)
        let half = meter(2_000, [(0, 0), (2_000, 1_000)])
        #expect(half.rate == 500 && half.percent == 50 && half.remainingSeconds == 2)
        #expect(meter(100, [(0, 0), (1_000, 100)]).remainingSeconds == 0)
        #expect(meter(100, [(0, 10), (1_000, 10)]).remainingSeconds == nil)
        #expect(meter(0, []).percent == 100)
        #expect(meter(10, [(0, 0), (1_000, 11)]).percent == 100)
        // Three thousandths are left: not done yet.
        #expect(meter(1_000, [(0, 0), (1_000, 997)]).percent == 99)
    }

    @Test func theRateIsThatOfTheLastTenSeconds() {
        // Ten seconds at 100 a second, then ten at 10.
        var slower = ProgressMeter(total: 10_000)
        for second in 0..<10 { slower.update(done: second * 100, at: Int64(second) * 1_000) }
        for second in 0...10 { slower.update(done: 1_000 + second * 10, at: Int64(second + 10) * 1_000) }
        #expect(slower.rate == 10)
        // A take-over that starts again has no negative rate.
        #expect(meter(100, [(0, 0), (1_000, 50), (2_000, 10), (3_000, 20)]).rate == 10)
    }

    @Test func barsFitTheirWidth() {
        let half = meter(2_000, [(0, 0), (2_000, 1_000)])
        // 44 columns of words, 4 around the bar.
        let words = " 50 %  1000/2000 rows  500 rows/s  0:02 left"
        #expect(ProgressBar.bar(half, width: 68) == "[##########----------]  \(words)")
        let bar = String(repeating: "#", count: 20) + String(repeating: "-", count: 20)
        #expect(ProgressBar.bar(half, width: 200) == "[\(bar)]  \(words)")
        for width in 0...120 { #expect(ProgressBar.bar(half, width: width).count <= width) }
        #expect(ProgressBar.bar(half, width: 20) == " 50 %  1000/2000 row")
        #expect(ProgressBar.plain(half) == "50 %, 1000/2000 rows, 500 rows/s, 0:02 left")
        #expect(ProgressBar.plain(meter(5, [(0, 5)])) == "100 %, 5/5 rows")
        #expect(ProgressBar.bar(half, width: 200, color: true).contains("\u{1B}[32m####"))
    }

    @Test(arguments: [
        (0, "0:00"), (59, "0:59"), (60, "1:00"), (3_599, "59:59"), (3_600, "1:00:00"), (90_061, "25:01:01"),
    ])
    func durations(_ seconds: Int, _ text: String) {
        #expect(ProgressBar.duration(seconds) == text)
    }

    @Test func terminalsAreRedrawnAndFilesGetALineNowAndThen() {
        let half = meter(2, [(0, 0), (1_000, 1)])
        var terminal = ProgressPrinter(Terminal(isTerminal: true, usesColor: false, width: 60))
        #expect(terminal.finish() == "")
        for time in [Int64(0), 1] {
            let text = terminal.update(half, at: time)
            #expect(text.hasPrefix("\r[") && text.hasSuffix("left\u{1B}[K"))
        }
        #expect(terminal.finish() == "\r\u{1B}[K")
        var file = ProgressPrinter(Terminal(isTerminal: false, usesColor: false, width: 80))
        let line = "50 %, 1/2 rows, 1 rows/s, 0:01 left\n"
        #expect([0, 1, 4_999, 5_000, 9_999].map { file.update(half, at: $0) } == [line, "", "", line, ""])
        #expect(file.finish() == "")
    }

    @Test func aFileIsNoTerminal() throws {
        let terminal = Terminal(descriptor: 99, Environment([:]))
        #expect(terminal == Terminal(isTerminal: false, usesColor: false, width: 80))
    }
}

@Suite struct StatusReportTests {
    private let status: RelocationStatus = {
        var status = RelocationStatus(uuid: uuid(1), scope: "users")
        status.status = .failure
        status.failureReason = "Row \"2\" is bad."
        status.findings = ["{\n    \"kind\": \"Unknown\"\n  }"]
        status.chunksTotal = 3
        status.chunksDone = 1
        status.rowsSource = 10
        status.counters = [
            "sentry.user|inserted": 2, "sentry.user|existing": 1, "sentry.email|overwritten": 1,
            "sentry.email|dropped|filtered": 3, "sentry.user|dropped|filtered": 1,
            "sentry.user|dropped|missingReference:user->sentry.user": 2,
        ]
        status.sourceName = "a\u{1B}[31m.json"
        status.warnings = ["unknown model x"]
        status.createdAt = 951_782_400_000
        status.updatedAt = 951_782_400_001
        return status
    }()

    @Test func objectsForScriptsHaveTheKeysOfTheContract() {
        #expect(
            StatusReport(status).json == """
                {
                  "uuid": "00000000-0000-4000-8000-000000000001",
                  "scope": "users",
                  "status": "FAILURE",
                  "step": "IMPORTING",
                  "failureReason": "Row \\"2\\" is bad.",
                  "findings": [
                    {
                    "kind": "Unknown"
                  }
                  ],
                  "chunks": {
                    "total": 3,
                    "done": 1
                  },
                  "rows": {
                    "source": 10,
                    "inserted": 2,
                    "existing": 1,
                    "overwritten": 1,
                    "dropped": 6
                  },
                  "dropped": {
                    "filtered": 4,
                    "missingReference:user->sentry.user": 2
                  },
                  "models": {
                    "sentry.email": {
                      "inserted": 0,
                      "existing": 0,
                      "overwritten": 1,
                      "dropped": 3,
                      "droppedFor": {
                        "filtered": 3
                      }
                    },
                    "sentry.user": {
                      "inserted": 2,
                      "existing": 1,
                      "overwritten": 0,
                      "dropped": 3,
                      "droppedFor": {
                        "filtered": 1,
                        "missingReference:user->sentry.user": 2
                      }
                    }
                  },
                  "warnings": [
                    "unknown model x"
                  ],
                  "attempts": 0,
                  "nextAttemptAt": null,
                  "lastTrouble": null,
                  "owner": null,
                  "takeovers": 0,
                  "pauseRequested": false,
                  "cancelRequested": false,
                  "destination": null,
                  "source": "a\\u001b[31m.json",
                  "payloadBytes": 0,
                  "failedTask": null,
                  "skipped": [],
                  "createdAt": "2000-02-29T00:00:00.000Z",
                  "updatedAt": "2000-02-29T00:00:00.001Z",
                  "startedAt": null,
                  "completedAt": null
                }
                """)
    }

    @Test func aTableForPeople() {
        #expect(
            StatusReport(status).text(now: 0) == """
                Relocation 00000000-0000-4000-8000-000000000001
                  status       FAILURE, IMPORTING
                  scope        users
                  file         a [31m.json
                  chunks       1 of 3
                  rows         10 in the file: 2 inserted, 1 existing, 1 overwritten, 6 dropped
                  reason       Row "2" is bad.
                  created      2000-02-29T00:00:00.000Z
                  updated      2000-02-29T00:00:00.001Z

                  MODEL         INSERTED  EXISTING  OVERWRITTEN  DROPPED
                  sentry.email         0         0            1        3
                  sentry.user          2         1            0        3

                Dropped rows
                  filtered                            4
                  missingReference:user->sentry.user  2

                Warnings
                  unknown model x

                Findings: 1 (`findings 00000000-0000-4000-8000-000000000001` shows them)
                """)
    }

    @Test func whatGoesOnIsShown() {
        var running = RelocationStatus(uuid: uuid(2), scope: "users")
        running.attempts = 2
        running.nextAttemptAt = 10_500
        running.lastError = "The database is locked."
        running.owner = "w1"
        running.pauseRequested = true
        running.destination = "sqlite:///x"
        running.takeovers = 1
        let text = StatusReport(running).text(color: true, now: 10_000)
        #expect(text.contains("\u{1B}[36mIN_PROGRESS, IMPORTING\u{1B}[0m"))
        #expect(text.contains("  attempts     2, next in 1 s at 1970-01-01T00:00:10.500Z\n"))
        #expect(text.contains("  trouble      The database is locked.\n"))
        #expect(text.contains("  worker       w1\n  requested    pause at the next chunk boundary\n"))
        #expect(text.contains("  destination  sqlite:///x\n  take-overs   1"))
        running.cancelRequested = true
        #expect(StatusReport(running).text(now: 11_000).contains("  attempts     2\n"))
        #expect(StatusReport(running).text().contains("cancel at the next chunk boundary"))
    }

    @Test func listsAndFindings() {
        var other = RelocationStatus(uuid: uuid(2), scope: "global")
        other.status = .success
        other.step = .completed
        #expect(
            StatusReport.table([StatusReport(status), StatusReport(other)]) == """
                UUID                                   SCOPE  STATUS   STEP       CHUNKS   ROWS  CREATED
                00000000-0000-4000-8000-000000000001   users  FAILURE  IMPORTING     1/3  10/10  2000-02-29T00:00:00.000Z
                00000000-0000-4000-8000-000000000002  global  SUCCESS  COMPLETED     0/0    0/0
                """)
        #expect(StatusReport.json([]) == "[]")
        #expect(StatusReport.json([StatusReport(other), StatusReport(other)]).hasPrefix("[\n  {\n    \"uuid\""))
        #expect(StatusReport(other).findingsFile == "[]")
        let finding = Finding(kind: .unknown, model: "m", reason: "r")
        var failed = RelocationStatus(uuid: uuid(3), scope: "s")
        failed.findings = [finding.json(), finding.json()]
        #expect(StatusReport(failed).findingsFile == Finding.file([finding, finding]))
    }
}
