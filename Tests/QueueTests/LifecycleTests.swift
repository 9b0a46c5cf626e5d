import Queue
import Testing

@Suite struct LifecycleTests {
    @Test func aRelocationGoesFromEnqueuerToSuccess() throws {
        let fixture = try QueueFixture()
        let queue = try fixture.queue()
        var relocation = NewRelocation(uuid: uuid(1), scope: "users")
        relocation.options = "{\"a\":1}"
        relocation.digest = "d"
        relocation.sourceName = "x.json"
        relocation.rowsSource = 7
        relocation.counters = ["sentry.user|dropped|filtered": 2]
        relocation.warnings = ["one", "zwei: 2"]
        guard case .staged(let token) = try queue.begin(relocation) else { throw Unexpected() }
        try queue.push([task(1), task(2), task(3)], uuid: uuid(1), token: token)
        var status = try queue.status(uuid(1))
        #expect(status.status == .inProgress && status.step == .uploading)
        #expect(try queue.idle().openRelocations == 0)

        try queue.publish(uuid: uuid(1), token: token, chunksTotal: 3)
        let claim = try queue.claimed("w1")
        #expect(claim.uuid == uuid(1))
        #expect(claim.status.options == "{\"a\":1}" && claim.status.digest == "d")
        #expect(claim.status.warnings == ["one", "zwei: 2"])
        #expect(claim.status.step == .importing && claim.status.chunksTotal == 3 && claim.status.rowsSource == 7)
        try queue.bind(claim, destination: "here")
        #expect(
            try queue.tasks(claim, from: 0, count: 10, maxBytes: 1 << 20).elements
                == [.task(task(1)), .task(task(2)), .task(task(3))])

        let first = try queue.acknowledge(claim, tasks: 2, counters: ["sentry.user|inserted": 2], listed: ["row 2"])
        #expect(
            first
                == Acknowledgement(remaining: 1, othersWaiting: 0))
        #expect(try queue.tasks(claim, from: 0, count: 10, maxBytes: 1 << 20).elements == [.task(task(3))])
        _ = try queue.acknowledge(claim, tasks: 1, counters: ["sentry.user|inserted": 3])
        try queue.complete(claim)

        status = try queue.status(uuid(1))
        #expect(status.status == .success && status.step == .completed)
        #expect(status.chunksDone == 3 && status.destination == "here" && status.owner == "")
        #expect(status.counters == ["sentry.user|dropped|filtered": 2, "sentry.user|inserted": 5])
        #expect(status.startedAt >= status.createdAt && status.completedAt >= status.startedAt)
        #expect(try queue.listedRows(uuid(1)) == ["row 2"])
        #expect(try queue.find().relocations == [status])
        #expect(try queue.idle() == ClaimResult.Idle(nextInMilliseconds: nil, openRelocations: 0))
    }
}
