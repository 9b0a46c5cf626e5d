import Queue
import Testing

@testable import Reporting

@Suite struct TopScreenTests {
    private func status(_ number: Int, _ state: RelocationState, _ file: String = "") -> RelocationStatus {
        var status = RelocationStatus(uuid: "0000000\(number)-0000-4000-8000-000000000000", scope: "users")
        status.status = state
        status.sourceName = file
        return status
    }

    private func screen() -> TopScreen {
        var screen = TopScreen()
        screen.show(
            [status(3, .inProgress, "new.json"), status(2, .failure, "bad.json"), status(1, .paused, "old.json")],
            more: 4,
            Workforce(now: 1_000, workers: []))
        return screen
    }

    private func selected(_ screen: TopScreen, rows: Int = 24) -> String? {
        screen.lines(time: "12:00", columns: 200, rows: rows).first(where: \.isSelected)
            .map { String($0.text.prefix(8)) }
    }

    private func press(_ screen: inout TopScreen, _ keys: String) -> [TopScreen.Action] {
        TopKey.keys(in: Array(keys.utf8)).compactMap { screen.press($0) }
    }

    @Test func keysMoveWithinTheList() {
        var screen = screen()
        #expect(selected(screen) == "00000003")
        #expect(press(&screen, "j\u{1B}[Bjj").isEmpty && selected(screen) == "00000001")
        #expect(press(&screen, "k\u{1B}[A\u{1B}[A").isEmpty && selected(screen) == "00000003")
        #expect(press(&screen, "q") == [.quit] && press(&screen, "/a\u{3}") == [.quit])
    }

    @Test func whatIsSelectedStaysSelectedWhenOthersCome() {
        var screen = screen()
        _ = press(&screen, "j")
        screen.show(
            [status(4, .inProgress), status(3, .inProgress), status(2, .failure)], more: 0, Workforce(now: 2_000))
        #expect(selected(screen) == "00000002")
    }

    @Test func actionsAskFirstAndFitTheState() {
        var screen = screen()
        let uuids = (1...3).map { status($0, .failure).uuid }
        #expect(press(&screen, "p") == [] && press(&screen, "n") == [] && press(&screen, "py") == [.pause(uuids[2])])
        #expect(press(&screen, "r") == [] && screen.message.contains("has not failed"))
        #expect(press(&screen, "jry") == [.retry(uuids[1])])
        #expect(press(&screen, "p") == [] && screen.message.contains("nothing to pause"))
        #expect(press(&screen, "jpy") == [.unpause(uuids[0])])
        #expect(press(&screen, "w") == [] && screen.message == "No worker is running.")
    }

    @Test func aWorkerIsToldToTakeNoMore() {
        var worker = WorkerEntry(name: "host:7", instance: "a", host: "host", pid: 7)
        var screen = TopScreen()
        screen.show([], more: 0, Workforce(now: 0, workers: [worker]))
        #expect(press(&screen, "wy") == [.quiet("host:7", true)])
        worker.isQuiet = true
        screen.show([], more: 0, Workforce(now: 0, workers: [worker]))
        #expect(press(&screen, "wy") == [.quiet("host:7", false)])
    }

    @Test func theFilterTakesFilesStatesAndUUIDs() {
        for (typed, wanted) in [("bad", "00000002"), ("PAUSE", "00000001"), ("00000003", "00000003")] {
            var screen = screen()
            _ = press(&screen, "/\(typed)ü\u{7F}\r")
            #expect(selected(screen) == wanted)
            let lines = screen.lines(time: "12:00", columns: 200, rows: 24)
            #expect(lines.filter { $0.text.hasPrefix("0000000") }.count == 1)
            #expect(lines.last?.text.contains("filter: \(typed)") == true)
            _ = press(&screen, "\u{1B}")
            #expect(screen.lines(time: "", columns: 200, rows: 24).filter { $0.text.hasPrefix("0000000") }.count == 3)
        }
    }

    @Test func theScreenIsNeverLargerThanTheTerminal() {
        var screen = screen()
        screen.show((0..<50).map { status($0 % 10, .failure) }, more: 0, Workforce(now: 0))
        for (columns, rows) in [(80, 24), (20, 5), (40, 3), (200, 100)] {
            let lines = screen.lines(time: "12:00", columns: columns, rows: rows)
            #expect(lines.count <= rows && lines.allSatisfy { $0.text.count <= columns }, "\(columns) × \(rows)")
        }
        #expect(screen.lines(time: "12:00").count > 50, "all of it without a terminal")
    }
}
