import Queue
import TestSupport
import Testing

@Suite struct WorkerTests {
    @Test func theLongestWaitingIsClaimedFirst() throws {
        let fixture = try QueueFixture()
        let queue = try fixture.queue()
        for number in [3, 1, 2] { try queue.enqueue(uuid(number)) }
        let claims = try (0..<3).map { _ in try queue.claimed() }
        #expect(claims.map(\.uuid) == [uuid(3), uuid(1), uuid(2)])
        #expect(claims[0].token < claims[1].token && claims[1].token < claims[2].token)
        try queue.requeue(claims[0])
        try queue.requeue(claims[2])
        try queue.release(claims[1])
        // A released one keeps its old place, a requeued one goes to the end.
        #expect(try (0..<3).map { _ in try queue.claimed().uuid } == [uuid(1), uuid(3), uuid(2)])
    }

    @Test func acknowledgingRemovesExactlyTheFinishedPrefix() throws {
        let fixture = try QueueFixture()
        let queue = try fixture.queue()
        try queue.enqueue(uuid(1), tasks: 5)
        try queue.enqueue(uuid(2), tasks: 2)
        let claim = try queue.claimed()
        func left() throws -> [TaskElement] { try queue.tasks(claim, from: 0, count: 10, maxBytes: 10_000).elements }
        #expect(try queue.acknowledge(claim, tasks: 0).remaining == 5)
        #expect(try left() == (1...5).map { .task(task($0)) })
        let answer = try queue.acknowledge(claim, tasks: 2, counters: ["a": 1, "b": 2])
        #expect(answer.remaining == 3 && answer.othersWaiting == 1)
        #expect(try left() == (3...5).map { .task(task($0)) })
        #expect(kind { _ = try queue.acknowledge(claim, tasks: 4) } == .conflict)
        #expect(kind { _ = try queue.acknowledge(claim, tasks: -1) } == .invalidArgument)
        #expect(try left().count == 3)
        #expect(kind { try queue.complete(claim) } == .conflict)
        #expect(try queue.acknowledge(claim, tasks: 3, counters: ["a": 4]).remaining == 0)
        let status = try queue.status(uuid(1))
        #expect(status.chunksDone == 5 && status.counters == ["a": 5, "b": 2])
        #expect(try queue.tasks(try queue.claimed(), from: 0, count: 9, maxBytes: 999).elements.count == 2)
    }

    @Test func readingIsBoundedAndRemovesNothing() throws {
        let fixture = try QueueFixture()
        let queue = try fixture.queue()
        guard case .staged(let token) = try queue.begin(NewRelocation(uuid: uuid(1), scope: "s")) else {
            throw Unexpected()
        }
        // 24 bytes of header, 16 of names, 60 of payload: 100 each.
        let tasks = (0..<200).map { task($0, payload: [UInt8](repeating: 1, count: 60)) }
        try queue.push(tasks, uuid: uuid(1), token: token)
        try queue.publish(uuid: uuid(1), token: token, chunksTotal: 200)
        let claim = try queue.claimed()
        func read(_ from: Int, _ count: Int, _ bytes: Int) throws -> [TaskElement] {
            try queue.tasks(claim, from: from, count: count, maxBytes: bytes).elements
        }
        #expect(try read(0, 200, 1 << 20) == tasks.map { .task($0) })
        #expect(try read(5, 3, 1 << 20) == tasks[5..<8].map { .task($0) })
        #expect(try read(0, 200, 1).count == 1)
        #expect(try read(0, 200, 99).count == 1)
        #expect(try read(0, 200, 200).count == 2)
        #expect(try read(0, 200, 299).count == 2)
        #expect(try read(0, 200, 15_000).count == 150)
        #expect(try read(199, 5, 1_000).count == 1)
        #expect(try read(200, 5, 1_000).isEmpty)
        for (from, count, bytes) in [(-1, 1, 1), (0, 0, 1), (0, 1, 0)] {
            #expect(kind { _ = try read(from, count, bytes) } == .invalidArgument)
        }
    }

    @Test func malformedElementsAreReportedInTheirPlace() throws {
        let fixture = try QueueFixture()
        let queue = try fixture.queue()
        let token = try queue.stage(uuid(1), tasks: 1)
        for element in ["", "x", "a text that is longer than a header"] {
            try fixture.server.cli(["RPUSH", "{test}:tasks:\(uuid(1))", element])
        }
        try queue.publish(uuid: uuid(1), token: token, chunksTotal: 4)
        let elements = try queue.tasks(try queue.claimed(), from: 0, count: 10, maxBytes: 10_000).elements
        #expect(elements.first == .task(task(1)))
        let malformed = elements.dropFirst().filter { if case .malformed = $0 { true } else { false } }
        #expect(malformed.count == 3)
    }

    @Test func droppedRowsAreListedUpToTheLimit() throws {
        let fixture = try QueueFixture()
        let queue = try fixture.queue()
        try queue.enqueue(uuid(1), tasks: 3)
        let claim = try queue.claimed()
        let limit = RelocationQueue.listedRowsLimit
        _ = try queue.acknowledge(claim, tasks: 1, listed: (1..<limit).map(String.init))
        let long = String(repeating: "é", count: RelocationQueue.listedRowBytes)
        _ = try queue.acknowledge(claim, tasks: 1, listed: [long, "too many"])
        _ = try queue.acknowledge(claim, tasks: 1, listed: ["too many"])
        let rows = try queue.listedRows(uuid(1))
        #expect(rows.count == limit)
        #expect(rows.first == "1")
        #expect(rows.last == String(repeating: "é", count: RelocationQueue.listedRowBytes / 2))
    }

    @Test func attemptsAreCountedUntilATaskIsDone() throws {
        let fixture = try QueueFixture()
        let queue = try fixture.queue()
        try queue.enqueue(uuid(1))
        for attempt in 1...3 {
            let claim = try queue.claimed()
            try queue.postpone(claim, delayMilliseconds: 0, trouble: "no database \(attempt)")
            let status = try queue.status(uuid(1))
            #expect(status.attempts == attempt && status.lastError == "no database \(attempt)")
            #expect(status.status == .inProgress && status.owner == "" && status.consecutiveCrashes == 0)
        }
        let claim = try queue.claimed()
        _ = try queue.acknowledge(claim, tasks: 1)
        let status = try queue.status(uuid(1))
        #expect(status.attempts == 0 && status.lastError == "")
    }

    @Test func aPostponedRelocationWaitsOutItsDelay() throws {
        let fixture = try QueueFixture()
        let queue = try fixture.queue()
        try queue.enqueue(uuid(1))
        let start = ContinuousClock.now
        try queue.postpone(try queue.claimed(), delayMilliseconds: 400, trouble: "t")
        let idle = try queue.idle()
        #expect(idle.openRelocations == 1)
        #expect((1...400).contains(idle.nextInMilliseconds ?? 0))
        let status = try queue.status(uuid(1))
        #expect((399...401).contains(status.nextAttemptAt - status.updatedAt))
        #expect(
            try eventually(within: 5) {
                if case .claimed = try queue.claim(worker: "w", destination: "here") { true } else { false }
            })
        #expect(ContinuousClock.now - start > .milliseconds(399))
    }

    @Test func aFailureKeepsTasksAndPlaceForARetry() throws {
        let fixture = try QueueFixture()
        let queue = try fixture.queue()
        try queue.enqueue(uuid(1), tasks: 3)
        var claim = try queue.claimed()
        try queue.bind(claim, destination: "here")
        _ = try queue.acknowledge(claim, tasks: 1, counters: ["a": 1])
        try queue.fail(claim, findings: ["{\"a\": 1}", "{}"], reason: "row 2 is bad")
        var status = try queue.status(uuid(1))
        #expect(status.status == .failure && status.step == .importing && status.failureReason == "row 2 is bad")
        #expect(status.findings == ["{\"a\": 1}", "{}"] && status.completedAt > 0 && status.owner == "")
        #expect(try queue.idle().openRelocations == 0)
        #expect(try fixture.server.cli(["TTL", "{test}:record:\(uuid(1))"]) == "-1")

        try queue.retry(uuid(1))
        status = try queue.status(uuid(1))
        #expect(status.status == .inProgress && status.findings == [] && status.failureReason == "")
        #expect(status.completedAt == 0 && status.attempts == 0)
        claim = try queue.claimed()
        #expect(try queue.tasks(claim, from: 0, count: 9, maxBytes: 999).elements == [.task(task(2)), .task(task(3))])
        #expect(claim.status.counters == ["a": 1] && claim.status.chunksDone == 1)
    }

    @Test func stepsOnlyGoForward() throws {
        let fixture = try QueueFixture()
        let queue = try fixture.queue()
        try queue.enqueue(uuid(1))
        let claim = try queue.claimed()
        try queue.advance(claim, step: .importing)
        try queue.advance(claim, step: .postprocessing)
        #expect(kind { try queue.advance(claim, step: .importing) } == .conflict)
        #expect(kind { try queue.advance(claim, step: .uploading) } == .conflict)
        try queue.advance(claim, step: .notifying)
        #expect(try queue.status(uuid(1)).step == .notifying)
    }

    @Test func progressIsShownAndForgottenWithTheLease() throws {
        let fixture = try QueueFixture()
        let queue = try fixture.queue()
        try queue.enqueue(uuid(1), tasks: 3)
        let claim = try queue.claimed()
        try queue.progress(claim, chunksDone: 2)
        #expect(try queue.status(uuid(1)).chunksDone == 2)
        #expect(try queue.tasks(claim, from: 0, count: 9, maxBytes: 999).elements.count == 3)
        try queue.release(claim)
        #expect(try queue.status(uuid(1)).chunksDone == 0)
    }

    @Test func tasksThatRedisHasLostFailTheRelocationLoudly() throws {
        let fixture = try QueueFixture()
        let queue = try fixture.queue()
        try queue.enqueue(uuid(1))
        try queue.enqueue(uuid(2))
        try fixture.server.cli(["DEL", "{test}:tasks:\(uuid(1))"])
        #expect(try queue.claimed().uuid == uuid(2))
        let status = try queue.status(uuid(1))
        #expect(status.status == .failure && status.failureReason.contains("lost tasks"))
    }
}
