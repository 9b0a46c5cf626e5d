import Reporting
import Testing

@testable import CommandLine

@Suite struct ProgressPrinterTests {
    private func meter(_ total: Int, _ samples: [(Int64, Int)]) -> ProgressMeter {
        var meter = ProgressMeter(total: total)
        for (time, done) in samples { meter.update(done: done, at: time) }
        return meter
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

    @Test(arguments: [
        (["TERM": "xterm"], true), (["NO_COLOR": ""], true), (["NO_COLOR": "0"], false), (["CLICOLOR": "0"], false),
        (["CLICOLOR": "1"], true),
        (["CLICOLOR": "1", "NO_COLOR": "1"], false), (["TERM": "dumb"], false),
    ])
    func coloursCanBeSwitchedOff(_ variables: [String: String], _ allowed: Bool) {
        #expect(Terminal.allowsColor(Environment(variables)) == allowed)
    }

    @Test func aFileIsNoTerminal() throws {
        let terminal = Terminal(descriptor: 99, Environment([:]))
        #expect(terminal == Terminal(isTerminal: false, usesColor: false, width: 80))
    }
}
