import TestSupport
import Testing

@testable import Queue

/// What the programs of each format have left in Redis is read and worked on. `Fixtures/README.md` tells of each.
@Suite struct RecordedTests {
    private static let options =
        #"{"atomic":false,"chunkSize":2,"hideOrganizations":false,"mergeUsers":false,"overwriteConfigs":false}"#
    private static let trouble =
        #"the task is sealed with the payload key "fixture", which this worker does not have; "#
        + "add it to the worker's payload key file"
    private static let reason =
        "ValidationError in sentry.user row 3: "
        + "{'username': [ErrorDetail(string='This field may not be blank.', code='blank')]}"

    private func load(_ format: Int) throws -> QueueFixture {
        let fixture = try QueueFixture()
        try fixture.server.load(recordedFormat: format)
        return fixture
    }

    private func chunk(_ ordinal: Int64, _ rows: Int, _ sourceBytes: Int) -> QueueTask {
        QueueTask(
            kind: "chunk", name: "sentry.user", minOrdinal: ordinal, rows: rows, sourceBytes: sourceBytes, payload: [])
    }

    private let derive = QueueTask(
        kind: "derive", name: "sentry.user", minOrdinal: 0, rows: 0, sourceBytes: 0, payload: [])

    /// The tasks of a claim without their payloads, and the first byte of each payload.
    private func tasks(_ queue: RelocationQueue, _ claim: Claim) throws -> ([QueueTask], [UInt8?]) {
        let elements = try queue.tasks(claim, from: 0, count: 100, maxBytes: 1 << 20).elements
        let tasks = try elements.map { element in
            guard case .task(let task) = element else { throw Unexpected() }
            return task
        }
        let bare = tasks.map {
            QueueTask(
                kind: $0.kind, name: $0.name, minOrdinal: $0.minOrdinal, rows: $0.rows, sourceBytes: $0.sourceBytes,
                payload: [])
        }
        return (bare, tasks.map(\.payload.first))
    }

    // MARK: What is shown

    @Test func everyFieldOfFormat1() throws {
        let fixture = try load(1)
        let queue = try fixture.queue()
        var waiting = RelocationStatus(uuid: uuid(1), scope: "users")
        waiting.isPublished = true
        waiting.chunksTotal = 4
        waiting.rowsSource = 5
        waiting.options = Self.options
        waiting.digest = "c987d5c5e464655aad4f6702267de351b25715d0d2e6fa52b47a18fadf82758c"
        waiting.sourceName = "waiting.json"
        waiting.payloadBytes = 496
        waiting.createdAt = 1_795_703_415_376
        waiting.updatedAt = 1_795_703_415_377
        #expect(try queue.status(uuid(1)) == waiting)

        var orphan = RelocationStatus(uuid: uuid(7), scope: "users")
        orphan.isPublished = true
        orphan.chunksTotal = 4
        orphan.chunksDone = 1
        orphan.rowsSource = 5
        orphan.counters = ["sentry.user|inserted": 2]
        orphan.destination = "sqlite:1727960267"
        orphan.owner = "worker-7"
        orphan.leaseExpiresAt = 1_795_703_417_580
        orphan.options = Self.options
        orphan.digest = "7d222ef33995ccc828184c8bff38e0ee5ebbc4b577124ac764e42eb7dbb81364"
        orphan.sourceName = "orphan.json"
        orphan.payloadBytes = 487
        orphan.createdAt = 1_795_703_413_171
        orphan.updatedAt = 1_795_703_413_580
        orphan.startedAt = 1_795_703_413_218
        #expect(try queue.status(uuid(7)) == orphan)

        let failed = try queue.status(uuid(4))
        #expect(failed.completedAt == 1_795_703_413_217 && failed.startedAt == 1_795_703_413_215)
        #expect(failed.payloadBytes == 484)
    }

    @Test(arguments: RecordedQueue.formats) func listShowsWhatBecameOfEach(_ format: Int) throws {
        let fixture = try load(format)
        let queue = try fixture.queue()
        let list = try queue.find().relocations
        #expect(list.map(\.uuid) == [6, 2, 1, 8, 7, 9, 4, 3, 5].map(uuid))
        #expect(
            list.map(\.sourceName.description).map { String($0.dropLast(5)) } == [
                "begun", "sealed", "waiting", "postponed", "orphan", "skipped", "failed", "paused", "succeeded",
            ])
        #expect(
            list.map(\.status) == [
                .inProgress, .inProgress, .inProgress, .inProgress, .inProgress, .inProgress,
                .failure, .paused, .success,
            ])
        #expect(list.map(\.step) == [.uploading] + Array(repeating: .importing, count: 7) + [.completed])
        #expect(list.map(\.chunksDone) == [0, 0, 0, 0, 1, 2, 1, 1, 4])
        #expect(list.map(\.chunksTotal) == [0, 4, 4, 4, 4, 4, 4, 4, 4])
        #expect(list.map(\.attempts) == [0, 0, 0, 1, 0, 0, 0, 0, 0])
        for status in list {
            #expect(try queue.status(status.uuid) == status)
            #expect(status.format == format && status.scope == "users" && status.rowsSource == 5)
            #expect(status.options == Self.options && status.warnings == [] && status.digest.utf8.count == 64)
            #expect(status.consecutiveCrashes == 0 && status.takeovers == 0 && status.needs == "")
            #expect(status.request == .none && status.createdAt > 0 && status.updatedAt >= status.createdAt)
            #expect(status.destination.hasPrefix("sqlite:") == (status.startedAt > 0))
        }
    }

    @Test(arguments: RecordedQueue.formats) func whatHappenedIsTold(_ format: Int) throws {
        let fixture = try load(format)
        let queue = try fixture.queue()
        let failed = try queue.status(uuid(4))
        #expect(failed.failureReason == Self.reason)
        #expect(failed.findings.count == 1 && failed.findings[0].contains(#""left_pk": 3,"#))
        let note = TaskNote(chunk(3, 2, 0))
        #expect(TaskNote(json: failed.failedTask) == note)
        #expect(failed.counters == ["sentry.user|inserted": 2])

        let skipped = try queue.status(uuid(9))
        #expect(skipped.counters == ["sentry.user|inserted": 2, "sentry.user|dropped|skipped": 2])
        #expect(skipped.skipped.count == 1)
        let told = try #require(TaskNote(json: skipped.skipped[0]))
        #expect(told == TaskNote(chunk(3, 2, 0), skippedBy: "operator", skippedAt: told.skippedAt))
        #expect(told.skippedAt?.hasPrefix("2026-11-26T14:30:") == true)

        let postponed = try queue.status(uuid(8))
        #expect(postponed.lastError == Self.trouble)
        #expect(postponed.nextAttemptAt > postponed.updatedAt && postponed.owner == "")
        #expect(try queue.status(uuid(5)).counters == ["sentry.user|inserted": 5])
        #expect(try queue.status(uuid(5)).payloadBytes == 0)
        #expect(try queue.listedRows(uuid(4)) == [])
    }

    // MARK: What workers do

    @Test(arguments: RecordedQueue.formats) func workersTakeEachInItsOrder(_ format: Int) throws {
        let fixture = try load(format)
        let queue = try fixture.queue()
        let destination = try queue.status(uuid(7)).destination
        let rest = [chunk(3, 2, 197), chunk(5, 1, 102), derive]
        // The lease that has run out comes first: its worker was lost.
        let orphan = try queue.claimed(destination: destination)
        #expect(orphan.uuid == uuid(7) && orphan.status.takeovers == 1 && orphan.status.consecutiveCrashes == 1)
        #expect(try tasks(queue, orphan) == (rest, [1, 1, nil]))
        #expect(try queue.acknowledge(orphan, tasks: 1, counters: ["sentry.user|inserted": 2]).remaining == 2)
        #expect(try queue.status(uuid(7)).consecutiveCrashes == 0)
        #expect(try queue.progress(orphan, chunksDone: 3) == .none)
        #expect(try queue.advance(orphan, step: .postprocessing) == .none)
        #expect(try queue.acknowledge(orphan, tasks: 2, counters: ["sentry.user|inserted": 1]).remaining == 0)
        try queue.complete(orphan)
        let done = try queue.status(uuid(7))
        #expect(done.status == .success && done.counters == ["sentry.user|inserted": 5] && done.chunksDone == 4)

        let skipped = try queue.claimed(destination: destination)
        #expect(skipped.uuid == uuid(9))
        #expect(try tasks(queue, skipped) == ([chunk(5, 1, 104), derive], [1, nil]))
        try queue.release(skipped)
        let again = try queue.claimed(destination: destination)
        #expect(again.uuid == uuid(9))
        try queue.postpone(again, delayMilliseconds: 60_000, trouble: "busy")
        #expect(try queue.status(uuid(9)).attempts == 1)

        let waiting = try queue.claimed(destination: destination)
        #expect(waiting.uuid == uuid(1))
        #expect(try tasks(queue, waiting).0 == [chunk(1, 2, 208), chunk(3, 2, 208), chunk(5, 1, 104), derive])
        #expect(try queue.bind(waiting, destination: destination) == .none)
        #expect(try queue.renew([waiting]) == [.held(.none)])
        try queue.fail(waiting, findings: ["{}"], reason: "why", at: 1, task: chunk(3, 2, 208))
        #expect(try queue.failedTask(uuid(1)).chunksDone == "0")

        let sealed = try queue.claimed(destination: destination)
        #expect(sealed.uuid == uuid(2))
        #expect(
            try tasks(queue, sealed)
                == ([chunk(1, 2, 204), chunk(3, 2, 204), chunk(5, 1, 102), derive], [0xE1, 0xE1, 0xE1, 0xE1]))
        try queue.leaveAlone(sealed, kind: "chunk", trouble: "not mine")
        #expect(try queue.status(uuid(2)).needs == "chunk")

        let postponed = try queue.claim(worker: "w", destination: destination, knownKinds: ["derive"])
        guard case .claimed(let last) = postponed else { throw Unexpected() }
        #expect(last.uuid == uuid(8) && last.status.attempts == 1 && last.status.lastError == Self.trouble)
        _ = try queue.acknowledge(last, tasks: 1)
        #expect(try queue.status(uuid(8)).attempts == 0 && queue.status(uuid(8)).lastError == "")
        try queue.requeue(last)
    }

    @Test(arguments: RecordedQueue.formats) func anotherDestinationGetsWhatIsBoundToNone(_ format: Int) throws {
        let fixture = try load(format)
        let queue = try fixture.queue()
        #expect(try queue.finish(destination: "elsewhere").uuid == uuid(1))
        #expect(try queue.finish(destination: "elsewhere").uuid == uuid(2))
        let idle = try queue.idle(destination: "elsewhere")
        #expect(idle.openRelocations == 0 && idle.leftAlone == [])
        #expect(Set(idle.foreign) == [uuid(8), uuid(9)])
    }

    // MARK: What operators do

    @Test(arguments: RecordedQueue.formats) func operatorsHaveTheirWay(_ format: Int) throws {
        let fixture = try load(format)
        let queue = try fixture.queue()
        let destination = try queue.status(uuid(7)).destination
        for number in [1, 2, 7, 8, 9] {
            #expect(try queue.pause(uuid(number)) == .done, "\(number)")
            #expect(try queue.status(uuid(number)).status == .paused)
            try queue.unpause(uuid(number))
            #expect(kind { try queue.delete(uuid(number)) } == .conflict)
            #expect(try queue.cancel(uuid(number)) == .done)
            #expect(try queue.status(uuid(number)).status == .failure)
        }
        #expect(try queue.idle(destination: destination).openRelocations == 0)
        #expect(kind { _ = try queue.pause(uuid(6)) } == .conflict)
        #expect(kind { _ = try queue.cancel(uuid(5)) } == .conflict)
        #expect(Set(try queue.retryAll()) == Set([1, 2, 4, 7, 8, 9].map(uuid)))
        try queue.unpause(uuid(3))
        var claimed: Set<String> = []
        for _ in 1...7 { claimed.insert(try queue.finish(destination: destination).uuid) }
        #expect(claimed == Set([1, 2, 3, 4, 7, 8, 9].map(uuid)))
    }

    @Test(arguments: RecordedQueue.formats) func aFailedTaskIsSkipped(_ format: Int) throws {
        let fixture = try load(format)
        let queue = try fixture.queue()
        let failed = try queue.failedTask(uuid(4))
        guard case .task(let task) = failed.element else { throw Unexpected() }
        #expect(task.minOrdinal == 3 && task.rows == 2 && task.sourceBytes == 197 && task.payload.first == 1)
        try queue.skip(
            uuid(4), failed, counters: ["sentry.user|dropped|skipped": 2], note: TaskNote(task, skippedBy: "me"))
        try queue.retry(uuid(4))
        let status = try queue.status(uuid(4))
        #expect(status.chunksDone == 2 && status.status == .inProgress && status.skipped.count == 1)
        #expect(kind { _ = try queue.failedTask(uuid(3)) } == .conflict)
    }

    @Test(arguments: RecordedQueue.formats) func whatIsDeletedIsGone(_ format: Int) throws {
        let fixture = try load(format)
        let queue = try fixture.queue()
        for number in [3, 4, 5] {
            try queue.delete(uuid(number))
            #expect(try queue.status(uuid(number)).payloadBytes == 0)
            #expect(try fixture.server.cli(["EXISTS", "{test}:tasks:\(uuid(number))"]) == "0")
            #expect(Int(try fixture.server.cli(["PTTL", "{test}:record:\(uuid(number))"])) ?? 0 > 0)
        }
        #expect(try queue.status(uuid(3)).status == .failure)
        #expect(kind { try queue.retry(uuid(3)) } == .conflict)
        // Nobody uploads that one any more.
        try queue.delete(uuid(6))
        #expect(kind { _ = try queue.status(uuid(6)) } == .notFound)
    }

    @Test(arguments: RecordedQueue.formats) func anEnqueuerBeginsAgain(_ format: Int) throws {
        let fixture = try load(format)
        let queue = try fixture.queue()
        for number in [4, 5, 6] {
            try queue.enqueue(uuid(number))
            #expect(try queue.status(uuid(number)).format == Script.format)
        }
        guard case .exists(let status) = try queue.begin(NewRelocation(uuid: uuid(1), scope: "users")) else {
            throw Unexpected()
        }
        #expect(try status == queue.status(uuid(1)))
        let token = try #require(Int64(try queue.connection.call(["GET", "{test}:fence"]).text ?? ""))
        #expect(token > 1_795_703_415_429)
    }
}
