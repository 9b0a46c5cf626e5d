import TestSupport
import Testing

@testable import Queue

/// A relocation that gets another file, and what Redis keeps of the rows that are written.
@Suite struct ReplacedFileTests {
    private func relocation(_ digest: String, replaces: String = "") -> NewRelocation {
        var relocation = NewRelocation(uuid: uuid(1), scope: "users")
        (relocation.digest, relocation.replaces) = (digest, replaces)
        (relocation.sourceName, relocation.enqueuedBy) = ("\(digest).json", "ann@host")
        return relocation
    }

    private func publish(_ relocation: NewRelocation, on queue: RelocationQueue, replacing: Bool = false) throws {
        guard case .staged(let token) = try queue.begin(relocation, replacing: replacing) else {
            Issue.record("it exists")
            return
        }
        try queue.push([task(1), task(2)], uuid: uuid(1), token: token)
        try queue.publish(uuid: uuid(1), token: token, chunksTotal: 2)
    }

    @Test func whatIsWrittenOutlivesTheRecord() throws {
        let fixture = try QueueFixture()
        let queue = try fixture.queue()
        try publish(relocation("a"), on: queue)
        #expect(try queue.writtenRows(uuid(1)) == [:])
        let claim = try queue.claimed()
        let many = Dictionary(uniqueKeysWithValues: (1...1_000).map { ("m \($0) x", "text \($0)") })
        _ = try queue.acknowledge(claim, tasks: 1, listed: ["row"], written: many)
        #expect(try queue.listedRows(uuid(1)) == ["row"])
        try queue.fail(claim, findings: [], reason: "so")
        #expect(try queue.writtenRows(uuid(1)) == many)

        try publish(relocation("b", replaces: "a"), on: queue, replacing: true)
        #expect(try queue.writtenRows(uuid(1)) == many)
        #expect(try queue.status(uuid(1)).replaces == "a")
        let second = try queue.claimed()
        _ = try queue.acceptFile(second)
        #expect(try queue.status(uuid(1)).replaces.isEmpty)
        _ = try queue.acknowledge(second, tasks: 2, written: ["m 1 x": "text 1", "m 2 y": "other"])
        #expect(try queue.writtenRows(uuid(1)).count == 1_001)
        let told = try queue.history(uuid(1)).filter { $0.what == "replaced" }
        #expect(told.map(\.detail) == ["a.json (a) by b.json (b)"] && told.map(\.by) == ["ann@host"])
        try queue.complete(second)
        #expect(try queue.writtenRows(uuid(1)) == [:], "nothing is left to replace")
    }

    @Test func onlyAFailedOrPausedOneGetsAnotherFile() throws {
        let fixture = try QueueFixture()
        let queue = try fixture.queue()
        try publish(relocation("a"), on: queue)
        func isReplaced() throws -> Bool {
            guard case .staged(let token) = try queue.begin(relocation("b", replaces: "a"), replacing: true) else {
                return false
            }
            return try queue.abandon(uuid: uuid(1), token: token)
        }
        #expect(try !isReplaced(), "it waits")
        let claim = try queue.claimed()
        #expect(try !isReplaced(), "it is worked on")
        try queue.release(claim)
        _ = try queue.pause(uuid(1))
        #expect(try isReplaced())
        try publish(relocation("a"), on: queue)
        let second = try queue.claimed()
        _ = try queue.acknowledge(second, tasks: 2)
        try queue.complete(second)
        #expect(try !isReplaced(), "it has succeeded")
    }

    @Test func aDamagedKeyIsReplaced() throws {
        let fixture = try QueueFixture()
        let queue = try fixture.queue()
        try publish(relocation("a"), on: queue)
        let claim = try queue.claimed()
        try fixture.server.cli(["SET", "{test}:written:\(uuid(1))", "x"])
        _ = try queue.acknowledge(claim, tasks: 1, listed: ["row"], written: ["m 1 x": "text"])
        #expect(try queue.writtenRows(uuid(1)) == ["m 1 x": "text"])
        #expect(try queue.listedRows(uuid(1)) == ["row"])
    }

    @Test func lostRowsAreForgotten() throws {
        let fixture = try QueueFixture()
        let queue = try fixture.queue()
        try publish(relocation("a"), on: queue)
        let claim = try queue.claimed()
        _ = try queue.acknowledge(claim, tasks: 1, written: ["m 1 x": "text"])
        try queue.fail(claim, findings: [], reason: "gone", cause: .lostRows)
        try publish(relocation("a"), on: queue, replacing: true)
        #expect(try queue.writtenRows(uuid(1)) == [:])
    }

    @Test func aWorkerTellsWhatOnlyTheDestinationKnew() throws {
        let fixture = try QueueFixture()
        let queue = try fixture.queue()
        try publish(relocation("b", replaces: NewRelocation.unknownFile), on: queue)
        let claim = try queue.claimed()
        for _ in 1...2 { _ = try queue.acceptFile(claim, replaced: ("a.json", "a")) }
        let told = try queue.history(uuid(1)).filter { $0.what == "replaced" }
        #expect(told.map(\.detail) == ["a.json (a) by b.json (b)"])
        #expect(throws: QueueError.self) {
            try queue.release(claim); try queue.acceptFile(claim)
        }
    }
}
