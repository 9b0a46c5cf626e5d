import TestSupport
import Testing

@testable import Queue

/// Every transition tells what it did, and who did it.
@Suite struct HistoryTests {
    private let fixture: QueueFixture
    private let queue: RelocationQueue

    init() throws {
        fixture = try QueueFixture()
        queue = try fixture.queue(lease: 60_000)
    }

    private func enqueue() throws {
        var relocation = NewRelocation(uuid: uuid(1), scope: "users")
        relocation.enqueuedBy = "ada@host"
        guard case .staged(let token) = try queue.begin(relocation, replacing: true) else { throw Unexpected() }
        try queue.push([task(1), task(2)], uuid: uuid(1), token: token)
        try queue.publish(uuid: uuid(1), token: token, chunksTotal: 2)
    }

    private func told(_ number: Int = 1) throws -> [String] {
        try queue.history(uuid(number)).map { [$0.what, $0.by].filter { !$0.isEmpty }.joined(separator: " ") }
    }

    @Test func aWholeLifeIsTold() throws {
        try enqueue()
        let first = try queue.claimed("w1")
        try queue.bind(first, destination: "here")
        try queue.bind(first, destination: "here")
        try queue.postpone(first, delayMilliseconds: 0, trouble: "busy")
        try queue.fail(try queue.claimed("w2"), findings: ["{\"a\":1}"], reason: "broken", at: 0, task: task(1))
        try queue.retry(uuid(1), by: "bob@host")
        #expect(try queue.pause(uuid(1), by: "bob@host") == .done)
        try queue.unpause(uuid(1), by: "cyd@host")
        try queue.release(try queue.claimed("w3"))
        let last = try queue.claimed("w3")
        _ = try queue.acknowledge(last, tasks: 2)
        try queue.complete(last)
        #expect(
            try told() == [
                "uploading ada@host", "enqueued ada@host", "started w1", "bound w1", "postponed w1", "claimed w2",
                "failed w2", "retried bob@host", "paused bob@host", "unpaused cyd@host", "claimed w3", "released w3",
                "claimed w3", "completed w3",
            ])
        let entries = try queue.history(uuid(1))
        #expect(entries[3].detail == "default" && entries[4].detail == "busy" && entries[6].detail == "broken")
        #expect(entries[4].attempt == 1 && entries[4].delay == 0)
        let status = try queue.status(uuid(1))
        #expect(entries.allSatisfy { (status.createdAt...status.completedAt).contains($0.at) })
        #expect(entries.map(\.at) == entries.map(\.at).sorted())
        // It is forgotten with the record.
        #expect(Int(try fixture.server.cli(["PTTL", "{test}:history:\(uuid(1))"])) ?? 0 > 0)
    }

    @Test func requestsAreToldWhenTheyAreMadeAndWhenTheyAreFollowed() throws {
        try enqueue()
        let claim = try queue.claimed("w1")
        #expect(try queue.pause(uuid(1), by: "ada") == .requested)
        try queue.unpause(uuid(1), by: "ada")
        #expect(try queue.pause(uuid(1), by: "bob") == .requested)
        try queue.release(claim)
        try queue.unpause(uuid(1), by: "bob")
        let second = try queue.claimed("w2")
        #expect(try queue.cancel(uuid(1), by: "cyd") == .requested)
        try queue.release(second)
        try queue.retry(uuid(1), by: "dan")
        try queue.abort(uuid(1), by: "eve")
        try queue.delete(uuid(1), by: "eve")
        #expect(
            try Array(told().dropFirst(3)) == [
                "pauseRequested ada", "pauseWithdrawn ada", "pauseRequested bob", "released w1", "paused w1",
                "unpaused bob", "claimed w2", "cancelRequested cyd", "released w2", "cancelled w2", "retried dan",
                "aborted eve", "deleted eve",
            ])
    }

    @Test func aTakeOverNamesBothWorkers() throws {
        let queue = try fixture.queue(lease: 150)
        try queue.enqueue(uuid(2))
        _ = try queue.claimed("lost")
        _ = try queue.eventualClaim("heir")
        let last = try #require(try queue.history(uuid(2)).last)
        #expect(last.what == "takenOver" && last.by == "heir" && last.detail == "lost")
    }

    @Test func aTransitionThatIsSentAgainIsToldOnce() throws {
        try enqueue()
        let claim = try queue.claimed("w1")
        try queue.postpone(claim, delayMilliseconds: 0, trouble: "busy")
        try queue.postpone(claim, delayMilliseconds: 0, trouble: "busy")
        #expect(try told().filter { $0.hasPrefix("postponed") }.count == 1)
    }

    @Test func timeSlicesShareAnEntry() throws {
        try enqueue()
        for _ in 1...40 { try queue.requeue(try queue.claimed("w1")) }
        #expect(try told() == ["uploading ada@host", "enqueued ada@host", "started w1", "requeued w1"])
        let slices = try #require(try queue.history(uuid(1)).last)
        #expect(slices.times == 40 && slices.since ?? .max <= slices.at)
        // Something in between is not hidden.
        try queue.release(try queue.claimed("w2"))
        for _ in 1...2 { try queue.requeue(try queue.claimed("w2")) }
        #expect(try told().suffix(3) == ["released w2", "claimed w2", "requeued w2"])
        #expect(try queue.history(uuid(1)).last?.times == 2)
    }

    @Test func theFirstAndTheNewestAreKept() throws {
        try enqueue()
        for number in 1...400 {
            try queue.postpone(try queue.claimed("w1"), delayMilliseconds: 0, trouble: "\(number)")
        }
        let entries = try queue.history(uuid(1))
        #expect(entries.count == RelocationQueue.historyLimit)
        #expect(entries.prefix(3).map(\.what) == ["uploading", "enqueued", "started"])
        #expect(entries.last?.detail == "400")
        let gap = try #require(entries.first { $0.what == "omitted" })
        // Two entries before the first claim, two for each of the attempts; the gap stands for those that are missing.
        #expect(entries.count - 1 + gap.times == 802)
        #expect(entries[49].what != "omitted" && entries[50] == gap)
    }

    @Test func whatFailedBeforeIsKept() throws {
        try enqueue()
        for number in 1...25 {
            try queue.fail(try queue.claimed(), findings: ["{\"n\":\(number)}", "[2]"], reason: "r\(number)", at: 0)
            try queue.retry(uuid(1))
        }
        let earlier = try queue.earlierFailures(uuid(1))
        #expect(earlier.map(\.reason) == (6...25).map { "r\($0)" })
        #expect(earlier.last?.findings == ["{\"n\":25}", "[2]"] && earlier.allSatisfy { $0.at > 0 })
        #expect(try queue.status(uuid(1)).findings == [])
        // Without findings there is nothing to keep.
        try queue.fail(try queue.claimed(), findings: [], reason: "none")
        try queue.retry(uuid(1))
        #expect(try queue.earlierFailures(uuid(1)).count == 20)
        // Another enqueue of the same file does not lose them either.
        try queue.fail(try queue.claimed(), findings: ["{}"], reason: "last", at: 0)
        try enqueue()
        #expect(try queue.earlierFailures(uuid(1)).last?.reason == "last")
        #expect(try told().suffix(2) == ["uploading ada@host", "enqueued ada@host"])
        #expect(try fixture.server.cli(["PTTL", "{test}:earlier:\(uuid(1))"]) == "-1")
    }

    @Test func anOperatorsEndIsToldFromAFailure() throws {
        try enqueue()
        #expect(try queue.cancel(uuid(1)) == .done)
        #expect(try queue.status(uuid(1)).endedBy == .cancel)
        try queue.retry(uuid(1))
        #expect(try queue.status(uuid(1)).endedBy == nil)
        let claim = try queue.claimed()
        #expect(try queue.cancel(uuid(1)) == .requested)
        try queue.release(claim)
        #expect(try queue.status(uuid(1)).endedBy == .cancel)
        try queue.retry(uuid(1))
        try queue.abort(uuid(1))
        #expect(try queue.status(uuid(1)).endedBy == .abort)
        try queue.retry(uuid(1))
        try queue.fail(try queue.claimed(), findings: [], reason: "broken", at: 0)
        #expect(try queue.status(uuid(1)).endedBy == nil)
        // Records of older versions say it in their reason only.
        let old = "This relocation was aborted by an operator."
        _ = try fixture.server.cli(["HSET", "{test}:record:\(uuid(1))", "failureReason", old, "endedByAction", ""])
        #expect(try queue.status(uuid(1)).endedBy == .abort)
    }

    @Test func damageOfAHistoryHoldsNothingUp() throws {
        try enqueue()
        let key = "{test}:history:\(uuid(1))"
        for damage in [["SET", key, "x"], ["RPUSH", key, "", "{", "[[[[", #"{"what":"requeued","times":1e999}"#]] {
            _ = try fixture.server.cli(["DEL", key])
            _ = try fixture.server.cli(damage)
            #expect(try queue.history(uuid(1)).allSatisfy { $0.at == 0 })
            for _ in 1...2 { try queue.requeue(try queue.claimed("w1")) }
            #expect(try queue.history(uuid(1)).last?.what == "requeued")
        }
        #expect(kind { _ = try queue.history(uuid(7)) } == .notFound)
        #expect(kind { _ = try queue.earlierFailures(uuid(7)) } == .notFound)
    }

    @Test func whatIsForgottenLeavesNoHistory() throws {
        let token = try queue.stage(uuid(3))
        #expect(Int(try fixture.server.cli(["PTTL", "{test}:history:\(uuid(3))"])) ?? 0 > 0)
        try queue.abandon(uuid: uuid(3), token: token)
        #expect(try fixture.server.cli(["EXISTS", "{test}:history:\(uuid(3))"]) == "0")
    }
}
