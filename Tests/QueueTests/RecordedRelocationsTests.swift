import TestSupport
import Testing

@testable import Queue

/// Relocations with steps that the programs of each format have left in Redis are read and worked on.
/// `Fixtures/README.md` tells of each.
@Suite struct RecordedRelocationsTests {
    private static let exportUUID = "00000000-0000-8000-8000-000000000001"

    private func load(_ format: Int) throws -> QueueFixture {
        let fixture = try QueueFixture()
        try fixture.server.load(recordedRelocations: format)
        return fixture
    }

    @Test(arguments: RecordedQueue.relocationFormats) func whatWaitsIsShown(_ format: Int) throws {
        let fixture = try load(format)
        let queue = try fixture.queue()
        let waiting = try queue.status(uuid(1))
        #expect(waiting.format == format && waiting.isPublished && waiting.delivered == 0)
        #expect(
            waiting.step == .uploading
                && waiting.flow == FlowPlace(latestTask: "UPLOADING_START", latestTaskAttempts: 1))
        #expect(waiting.nextAttemptAt > waiting.updatedAt && waiting.attempts == 0 && waiting.owner == "")
        #expect(
            waiting.lastError == "waits for the export by a worker of other: see `status \(Self.exportUUID)`",
            "\(waiting.lastError)")
        #expect(waiting.options.contains(#""source":"other""#), "\(waiting.options)")

        let export = try queue.status(Self.exportUUID)
        #expect(export.format == format && export.isPublished && export.destinationName == "other")
        #expect(export.flow == nil && export.chunksTotal == 1 && export.startedAt == 0)
        #expect(export.options.contains(#""exports""#) && !export.options.contains("PRIVATE"))

        let backingOff = try queue.status(uuid(2))
        #expect(backingOff.format == format && backingOff.attempts == 1 && backingOff.maxAttempts == 4)
        #expect(backingOff.flow == FlowPlace(latestTask: "UPLOADING_START", latestTaskAttempts: 1))
        #expect(backingOff.nextAttemptAt > backingOff.updatedAt)
        #expect(backingOff.lastError.contains("locked"), "\(backingOff.lastError)")

        let paused = try queue.status(uuid(3))
        #expect(paused.format == format && paused.status == .paused && paused.step == .importing)
        #expect(paused.flow?.latestTask == "IMPORTING" && paused.flow?.pauseAtStep == nil)
        #expect(paused.flow?.cancelAtStep == .notifying)
    }

    /// What a later version has added stays; what an earlier one had not has its default.
    @Test(arguments: RecordedQueue.relocationFormats) func unknownFieldsStayAndMissingOnesHaveDefaults(
        _ format: Int
    ) throws {
        let fixture = try load(format)
        let queue = try fixture.queue()
        let record = "{test}:record:\(uuid(2))"
        try fixture.server.cli(["HSET", record, "fromTheFuture", "kept"])
        try fixture.server.cli([
            "HDEL", record, "latestTaskAttempts", "pauseAtStep", "cancelAtStep", "flowNotes", "delivered", "failures",
            "attempts", "maxAttempts", "lastTrouble", "nextAttemptAt",
        ])
        let bare = try queue.status(uuid(2))
        #expect(bare.flow == FlowPlace(latestTask: "UPLOADING_START"))
        #expect(bare.attempts == 0 && bare.lastError == "" && bare.nextAttemptAt == 0 && bare.failures == 0)

        try fixture.server.cli(["ZREM", "{test}:ready:unbound", uuid(1)])
        let claim = try queue.claimed()
        #expect(claim.uuid == uuid(2))
        var place = try #require(claim.status.flow)
        place.latestTaskAttempts = 1
        try queue.enter(claim, place.latestTask, .run, FlowChange(from: claim.status, to: place))
        try queue.describeFlow(claim, "{}")
        try queue.postpone(claim, delayMilliseconds: 60_000, trouble: "busy", maxAttempts: 4)
        let again = try queue.status(uuid(2))
        #expect(again.attempts == 1 && again.flow == place && again.format == format)
        #expect(try fixture.server.cli(["HGET", record, "fromTheFuture"]) == "kept")
    }

    @Test(arguments: RecordedQueue.relocationFormats) func theAnswerWakesWhatWaits(_ format: Int) throws {
        let fixture = try load(format)
        let queue = try fixture.queue()
        try fixture.server.cli(["ZREM", "{test}:ready:unbound", uuid(2)])
        guard
            case .claimed(let export) = try queue.claim(
                worker: "w", destination: ServedDestination(name: DestinationName("other"), identity: "there"),
                knownKinds: ["export"])
        else { throw Unexpected() }
        #expect(export.uuid == Self.exportUUID)
        _ = try queue.sendPart(export, to: uuid(1), after: 0, [1, 2, 3])
        try queue.deliver(export, to: uuid(1), parts: 1)
        #expect(try queue.status(uuid(1)).delivered == 1)
        let claim = try queue.claimed()
        #expect(claim.uuid == uuid(1))
        #expect(try queue.part(claim, 0) == [1, 2, 3])
    }
}
