import TestSupport
import Testing

@testable import Queue

/// Worker processes that tell of themselves.
@Suite struct WorkforceTests {
    private let fixture: QueueFixture
    private let queue: RelocationQueue

    init() throws {
        fixture = try QueueFixture()
        queue = try fixture.queue()
    }

    private func worker(_ pid: Int, instance: String = "a") -> WorkerEntry {
        var worker = WorkerEntry(name: "host:\(pid)", instance: instance, host: "host", pid: pid)
        worker.version = "1.2"
        worker.destinationAddress = "sqlite:///db"
        worker.concurrency = 2
        worker.everyMilliseconds = 50
        return worker
    }

    @Test func aWorkerTellsOfItselfUntilItEnds() throws {
        #expect(try queue.workforce().workers == [])
        var worker = worker(7)
        var slot = SlotWork(slot: 2, uuid: uuid(1))
        (slot.task, slot.milliseconds, slot.rows) = ("sentry.user from row 1, 5 rows", 1_500, 40)
        worker.slots = [slot]
        (worker.isQuiet, worker.isDraining, worker.isStopping) = (true, true, true)
        worker.trouble = "read-only"
        try queue.beat(worker)
        var shown = try #require(try queue.workforce().workers.first)
        #expect(shown.since > 0 && shown.heartbeatAt == shown.since)
        (worker.since, worker.heartbeatAt) = (shown.since, shown.heartbeatAt)
        #expect(shown == worker)
        // The next sign replaces what was told, and keeps the beginning.
        (worker.slots, worker.isQuiet, worker.trouble) = ([], false, "")
        try queue.beat(worker)
        shown = try #require(try queue.workforce().workers.first)
        #expect(shown.slots == [] && !shown.isQuiet && shown.trouble == "" && shown.since == worker.since)
        try queue.signOff(worker)
        #expect(try queue.workforce().workers == [])
        #expect(try fixture.server.cli(["EXISTS", "{test}:worker:host:7:a", "{test}:workers"]) == "0")
    }

    @Test func oneThatIsSilentIsGoneAndForgottenLater() throws {
        try queue.beat(worker(7))
        let early = try queue.workforce()
        #expect(!early.isGone(early.workers[0]))
        var late: Workforce?
        #expect(
            try eventually(within: 5) {
                let workforce = try queue.workforce()
                late = workforce
                return workforce.isGone(workforce.workers[0])
            })
        let passed = (late?.now ?? 0) - early.workers[0].heartbeatAt
        #expect(passed > 150, "three signs are missing")
        // The same process number again is another worker; the older one's name belongs to the newest.
        try queue.beat(worker(7, instance: "b"))
        let both = try queue.workforce()
        #expect(both.workers.count == 2 && both.worker(named: "host:7")?.instance == "b")
        // After an hour its entry has expired, and the next sign of any worker takes it out of the order.
        #expect(Int(try fixture.server.cli(["PTTL", "{test}:worker:host:7:a"])) ?? 0 > 3_590_000)
        _ = try fixture.server.cli(["DEL", "{test}:worker:host:7:a"])
        _ = try fixture.server.cli(["ZADD", "{test}:workers", "1", "host:7:a"])
        #expect(try queue.workforce().workers.map(\.instance) == ["b"])
        try queue.beat(worker(7, instance: "b"))
        #expect(try fixture.server.cli(["ZCARD", "{test}:workers"]) == "1")
    }

    @Test func whoServesARelocation() throws {
        var workforce = Workforce(now: 10_000)
        func add(_ pid: Int, _ change: (inout WorkerEntry) -> Void = { _ in }) {
            var entry = worker(pid)
            (entry.heartbeatAt, entry.everyMilliseconds) = (9_000, 1_000)
            change(&entry)
            workforce.workers.append(entry)
        }
        add(1)
        add(2) { $0.destinationName = "other" }
        add(4) { $0.heartbeatAt = 6_999 }
        add(5) { $0.isStopping = true }
        add(6) { $0.isQuiet = true }
        add(7) { $0.heartbeatAt = 7_000 }
        var status = RelocationStatus(uuid: uuid(1), scope: "users")
        #expect(workforce.serving(status).map(\.pid) == [1, 7])
        #expect(workforce.quiet(status).map(\.pid) == [6])
        status.destinationName = "other"
        #expect(workforce.serving(status).map(\.pid) == [2])
    }

    @Test func whatSomebodyElseWroteIsShownAsFarAsItCanBeRead() throws {
        _ = try fixture.server.cli(["ZADD", "{test}:workers", "9e15", "odd", "1", "gone", "2", "list"])
        _ = try fixture.server.cli(["HSET", "{test}:worker:odd", "pid", "many", "slots", "[1]", "since", "1e400"])
        _ = try fixture.server.cli(["RPUSH", "{test}:worker:list", "x"])
        let odd = try #require(try queue.workforce().workers.first)
        #expect(odd.name == "odd" && odd.pid == 0 && odd.slots == [] && odd.destinationName == "default")
        _ = try fixture.server.cli(["SET", "{test}:held", "x"])
        #expect(try queue.workforce().holds == [:])
    }
}
