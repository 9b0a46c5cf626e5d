import TestSupport
import Testing

@testable import Queue

/// What the queue keeps of rows that got another name.
@Suite struct RenamedTests {
    private func renaming(_ number: Int, _ from: String = "ada", _ to: String? = nil) -> Renaming {
        Renaming(subject: "sentry.user|\(number)", from: from, to: to ?? "ada-\(number)")
    }

    @Test func theyAreKeptAndCounted() throws {
        let fixture = try QueueFixture()
        let queue = try fixture.queue()
        try queue.enqueue(uuid(1))
        #expect(try queue.renamedRows(uuid(1)) == [] && queue.status(uuid(1)).renamed == 0)
        let claim = try queue.claimed()
        let rows = [renaming(1), Renaming(subject: "sentry.team|", from: "", to: "é\0\"'\n|x")]
        _ = try queue.acknowledge(
            claim, tasks: 1, counters: ["a": 1], listed: ["row"], renamed: rows, followUps: [task(10)])
        #expect(try queue.renamedRows(uuid(1)) == rows)
        #expect(try queue.listedRows(uuid(1)) == ["row"] && queue.status(uuid(1)).renamed == 2)
        _ = try queue.acknowledge(claim, tasks: 1)
        _ = try queue.acknowledge(claim, tasks: 2, renamed: [renaming(2)])
        #expect(try queue.renamedRows(uuid(1)) == rows + [renaming(2)])
        try queue.complete(claim)
        #expect(try queue.renamedRows(uuid(1)).count == 3 && queue.status(uuid(1)).renamed == 3)
    }

    @Test func onlyTheFirstAreKeptAndTheirTextsAreCut() throws {
        let fixture = try QueueFixture()
        let queue = try fixture.queue()
        try queue.enqueue(uuid(1))
        let claim = try queue.claimed()
        let limit = RelocationQueue.renamedLimit
        _ = try queue.acknowledge(claim, tasks: 1, renamed: (1..<limit).map { renaming($0) })
        let bytes = RelocationQueue.renamedTextBytes
        let long = renaming(limit, String(repeating: "é", count: bytes), "short")
        _ = try queue.acknowledge(claim, tasks: 1, renamed: [long, renaming(limit + 1)], alsoRenamed: 5)
        _ = try queue.acknowledge(claim, tasks: 1, renamed: (0..<limit + 3).map { renaming(2 * limit + $0) })
        let kept = try queue.renamedRows(uuid(1))
        #expect(kept.count == limit && kept.first == renaming(1))
        #expect(kept.last == renaming(limit, String(repeating: "é", count: bytes / 2), "short"))
        #expect(try queue.status(uuid(1)).renamed == limit + 1 + 5 + limit + 3)
    }

    @Test func oneThatIsRenamedAgainKeepsItsFirstName() throws {
        let fixture = try QueueFixture()
        let queue = try fixture.queue()
        try queue.enqueue(uuid(1))
        let claim = try queue.claimed()
        _ = try queue.acknowledge(claim, tasks: 1, renamed: [renaming(1, "One", "one"), renaming(2, "Two", "two")])
        _ = try queue.acknowledge(
            claim, tasks: 1,
            renamed: [
                renaming(2, "two", "two-x"), renaming(3, "a", "b"), renaming(3, "b", "c"), renaming(4, "two", "d"),
            ])
        #expect(
            try queue.renamedRows(uuid(1)) == [
                renaming(1, "One", "one"), renaming(2, "Two", "two-x"), renaming(3, "a", "c"), renaming(4, "two", "d"),
            ])
        #expect(try queue.status(uuid(1)).renamed == 4)
    }

    /// Two rows of one source key stay two; the same row told twice stays one.
    @Test func noneIsDoubled() throws {
        let fixture = try QueueFixture()
        let queue = try fixture.queue()
        try queue.enqueue(uuid(1))
        let claim = try queue.claimed()
        let rows = [renaming(1, "ada", "ada-a"), renaming(1, "ada", "ada-b")]
        _ = try queue.acknowledge(claim, tasks: 1, renamed: rows)
        _ = try queue.acknowledge(claim, tasks: 1, renamed: rows)
        #expect(try queue.renamedRows(uuid(1)) == rows && queue.status(uuid(1)).renamed == 2)
    }

    @Test func theyGoWithTheRelocation() throws {
        let fixture = try QueueFixture()
        let queue = try fixture.queue(retention: 3_600)
        func ttl(_ number: Int) throws -> Int {
            Int(try fixture.server.cli(["TTL", "{test}:renamed:\(uuid(number))"]))!
        }
        for number in 1...2 {
            try queue.enqueue(uuid(number))
            let claim = try queue.claimed()
            _ = try queue.acknowledge(claim, tasks: 3, renamed: [renaming(1)])
            #expect(try ttl(number) == -1)
            if number == 1 { try queue.complete(claim) } else { try queue.fail(claim, findings: [], reason: "r") }
        }
        try queue.delete(uuid(2))
        for number in 1...2 { #expect(try (1...3_600).contains(ttl(number))) }
        _ = try queue.stage(uuid(1))
        #expect(try queue.renamedRows(uuid(1)) == [] && queue.status(uuid(1)).renamed == 0)
        try fixture.server.cli(["DEL", "{test}:record:\(uuid(2))"])
        #expect(try queue.find().relocations.map(\.uuid) == [uuid(1)])
        #expect(try ttl(2) == -2)
    }

    @Test(arguments: RecordedQueue.formats) func olderRecordsHaveNone(_ format: Int) throws {
        let fixture = try QueueFixture()
        try fixture.server.load(recordedFormat: format)
        let queue = try fixture.queue()
        for status in try queue.find().relocations {
            #expect(status.renamed == 0)
            #expect(try queue.renamedRows(status.uuid) == [])
        }
    }

    /// Other programs may write to Redis.
    @Test func strangeListsBreakNothing() throws {
        let fixture = try QueueFixture()
        let queue = try fixture.queue()
        try queue.enqueue(uuid(1))
        let key = "{test}:renamed:\(uuid(1))"
        try fixture.server.cli(["RPUSH", key, "sentry.user|1"])
        try fixture.server.cli(["HSET", "{test}:record:\(uuid(1))", "renamed", "many"])
        #expect(try queue.renamedRows(uuid(1)) == [] && queue.status(uuid(1)).renamed == 0)
        let claim = try queue.claimed()
        _ = try queue.acknowledge(claim, tasks: 1, renamed: [renaming(1, "", "b"), renaming(1, "b", "c")])
        #expect(try queue.status(uuid(1)).renamed == 1)
        try fixture.server.cli(["SET", key, "mine"])
        #expect(try queue.renamedRows(uuid(1)) == [])
        #expect(kind { _ = try queue.acknowledge(claim, tasks: 1, renamed: [renaming(1)]) } == .conflict)
    }
}
