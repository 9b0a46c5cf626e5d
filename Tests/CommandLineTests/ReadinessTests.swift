import Queue
import Testing

@testable import CommandLine

@Suite struct ReadinessTests {
    @Test func anAnswerIsAsOldAsHalfItsTime() {
        let exact = ClockDifference("Redis", said: 1_050, asked: 1_000, answered: 1_100)
        #expect(exact.milliseconds == 0)
        let ahead = ClockDifference("Redis", said: 4_050, asked: 1_000, answered: 1_100)
        let behind = ClockDifference("PostgreSQL", said: 1_000, asked: 61_000, answered: 61_000)
        #expect(ahead.milliseconds == 3_000 && behind.milliseconds == -60_000)
        #expect(ClockDifference.item([exact]).verdict == .ok)
        let item = ClockDifference.item([exact, ahead, behind])
        #expect(item.verdict == .warning)
        #expect(item.message.contains("Redis is 3 s ahead of this machine, PostgreSQL is 60 s behind this machine"))
        // The limit itself is too much.
        #expect(ClockDifference.item([.init("R", said: 1_999, asked: 0, answered: 0)]).verdict == .ok)
        #expect(ClockDifference.item([.init("R", said: 2_000, asked: 0, answered: 0)]).verdict == .warning)
    }

    @Test func theFirstProblemDecides() {
        let readiness = Readiness([
            .ok("a", "fine"), .warning("b", "careful"), .problem("c", .noPermission, "no"),
            .problem("d", .badSchema, "bad"),
        ])
        #expect(
            readiness.failure(strict: false)
                == CommandFailure(.noPermission, "2 problems would make imports fail. The first: no"))
        #expect(readiness.text == "ok       fine\nwarning  careful\nproblem  no\nproblem  bad")
        let warned = Readiness([.warning("b", "careful")])
        #expect(warned.failure(strict: false) == nil)
        #expect(warned.failure(strict: true)?.status == .badSchema)
    }

    @Test func whatARedisIsWarnedOf() {
        var report = ServerReport(version: "6.2.14")
        #expect(RedisReadiness.items(report)[0].exit == .badSchema)
        report.version = "7.2.4"
        report.hasPersistence = nil
        #expect(RedisReadiness.items(report).map(\.verdict) == [.ok, .ok, .warning, .ok])
        report.hasPersistence = true
        report.maxMemory = 1_000
        for (used, verdict) in [(899, ReadinessItem.Verdict.ok), (900, .warning), (999, .warning), (1_000, .problem)] {
            report.usedMemory = used
            #expect(RedisReadiness.items(report)[3].verdict == verdict, "\(used)")
        }
        report.hasDiskTrouble = true
        #expect(RedisReadiness.items(report)[2].verdict == .warning)
    }

    @Test(arguments: [(0, "0 B"), (1_023, "1023 B"), (1_024, "1.0 KiB"), (1_536, "1.5 KiB"), (3 << 30, "3.0 GiB")])
    func bytesForPeople(_ bytes: Int64, _ text: String) { #expect(ByteCount.text(bytes) == text) }

    @Test func aVariableIsNamedAfterItsFlag() throws {
        let setting = Setting("drain-wait")
        #expect(setting.variable == "RELOCATION_DRAIN_WAIT")
        let environment = Environment(["RELOCATION_DRAIN_WAIT": "7"])
        #expect(try setting.number(nil, in: 0...9, otherwise: 1, environment) == 7)
        #expect(try setting.number(5, in: 0...9, otherwise: 1, environment) == 5)
        #expect(try setting.number(nil, in: 0...9, otherwise: 1, Environment([:])) == 1)
        #expect(throws: CommandFailure(.usage, "RELOCATION_DRAIN_WAIT takes 0 to 6 s.")) {
            try setting.number(nil, in: 0...6, unit: " s", otherwise: 1, environment)
        }
        for (text, isOn) in [("1", true), ("Yes", true), ("on", true), ("0", false), ("FALSE", false), ("", false)] {
            #expect(try setting.isOn(nil, Environment(["RELOCATION_DRAIN_WAIT": text])) == isOn)
        }
        #expect(try setting.isOn(false, Environment(["RELOCATION_DRAIN_WAIT": "1"])) == false)
    }

    @Test func theFormatOfALogIsFoundInBadArgumentsToo() {
        let nothing = Environment([:])
        let json = Environment(["RELOCATION_LOG_FORMAT": "json"])
        #expect(LogOptions.format(of: ["--no-such", "--log-format", "json"], nothing) == .json)
        #expect(LogOptions.format(of: ["--log-format=json", "x"], nothing) == .json)
        #expect(LogOptions.format(of: ["--log-format"], json) == .json)
        #expect(LogOptions.format(of: [], json) == .json)
        #expect(LogOptions.format(of: ["--log-format", "text"], json) == .text)
    }
}
