import Queue
import TestSupport
import Testing

@Suite struct OperatorTests {
    @Test func unknownRelocationsAreNotFound() throws {
        let fixture = try QueueFixture()
        let queue = try fixture.queue()
        let calls: [(String, () throws -> Void)] = [
            ("status", { _ = try queue.status(uuid(1)) }), ("listedRows", { _ = try queue.listedRows(uuid(1)) }),
            ("renamedRows", { _ = try queue.renamedRows(uuid(1)) }),
            ("retry", { try queue.retry(uuid(1)) }), ("pause", { _ = try queue.pause(uuid(1)) }),
            ("unpause", { try queue.unpause(uuid(1)) }), ("cancel", { _ = try queue.cancel(uuid(1)) }),
            ("abort", { try queue.abort(uuid(1)) }), ("delete", { try queue.delete(uuid(1)) }),
        ]
        for (name, call) in calls { #expect(kind(of: call) == .notFound, "\(name)") }
        #expect(try queue.list() == [])
        #expect(try queue.retryAll() == [])
    }

    /// A relocation in each state, and what each request makes of it: the state after it, or a refusal.
    enum Start: String, CaseIterable, Sendable { case uploading, waiting, leased, paused, failed, done }

    static let table: [(Start, String, String)] = [
        (.uploading, "pause", "conflict"), (.uploading, "unpause", "conflict"), (.uploading, "cancel", "FAILURE"),
        (.uploading, "abort", "FAILURE"), (.uploading, "retry", "conflict"), (.uploading, "delete", "conflict"),
        (.waiting, "pause", "PAUSE"), (.waiting, "unpause", "conflict"), (.waiting, "cancel", "FAILURE"),
        (.waiting, "abort", "FAILURE"), (.waiting, "retry", "conflict"), (.waiting, "delete", "conflict"),
        (.leased, "pause", "IN_PROGRESS"), (.leased, "unpause", "conflict"), (.leased, "cancel", "IN_PROGRESS"),
        (.leased, "abort", "FAILURE"), (.leased, "retry", "conflict"), (.leased, "delete", "conflict"),
        (.paused, "pause", "PAUSE"), (.paused, "unpause", "IN_PROGRESS"), (.paused, "cancel", "FAILURE"),
        (.paused, "abort", "FAILURE"), (.paused, "retry", "conflict"), (.paused, "delete", "FAILURE"),
        (.failed, "pause", "conflict"), (.failed, "unpause", "conflict"), (.failed, "cancel", "FAILURE"),
        (.failed, "abort", "conflict"), (.failed, "retry", "IN_PROGRESS"), (.failed, "delete", "FAILURE"),
        (.done, "pause", "conflict"), (.done, "unpause", "conflict"), (.done, "cancel", "conflict"),
        (.done, "abort", "conflict"), (.done, "retry", "conflict"), (.done, "delete", "SUCCESS"),
    ]

    @Test func everyRequestInEveryState() throws {
        let fixture = try QueueFixture()
        #expect(OperatorTests.table.count == Start.allCases.count * 6)
        for (number, (start, request, expected)) in OperatorTests.table.enumerated() {
            let queue = try fixture.queue(prefix: "p\(number)")
            try prepare(start, queue)
            let before = try queue.status(uuid(1)).status
            var seen = ""
            do {
                try ask(request, queue)
                seen = try queue.status(uuid(1)).status.rawValue
            } catch let error as QueueError {
                seen = "\(error.kind)"
                #expect(try queue.status(uuid(1)).status == before)
            }
            #expect(seen == expected, "\(request) while \(start)")
            // What has not ended for good, and is not held back, can be claimed.
            let claimable = seen == "IN_PROGRESS" && start != .leased
            if claimable { #expect(try queue.claimed().uuid == uuid(1)) }
        }
    }

    private func prepare(_ start: Start, _ queue: RelocationQueue) throws {
        if start == .uploading {
            _ = try queue.stage(uuid(1))
            return
        }
        try queue.enqueue(uuid(1))
        switch start {
        case .uploading, .waiting: break
        case .leased: _ = try queue.claimed()
        case .paused: #expect(try queue.pause(uuid(1)) == .done)
        case .failed: try queue.fail(try queue.claimed(), findings: [], reason: "r")
        case .done: _ = try queue.finish()
        }
    }

    private func ask(_ request: String, _ queue: RelocationQueue) throws {
        switch request {
        case "pause": _ = try queue.pause(uuid(1))
        case "unpause": try queue.unpause(uuid(1))
        case "cancel": _ = try queue.cancel(uuid(1))
        case "abort": try queue.abort(uuid(1))
        case "retry": try queue.retry(uuid(1))
        default: try queue.delete(uuid(1))
        }
    }

    @Test(arguments: ["release", "requeue", "postpone"])
    func aPauseOfALeasedRelocationHappensWhenTheLeaseEnds(_ way: String) throws {
        let fixture = try QueueFixture()
        let queue = try fixture.queue()
        try queue.enqueue(uuid(1))
        let claim = try queue.claimed()
        #expect(try queue.pause(uuid(1)) == .requested)
        #expect(try queue.pause(uuid(1)) == .unchanged)
        #expect(try queue.acknowledge(claim, tasks: 1).request == .pause)
        #expect(try queue.status(uuid(1)).status == .inProgress)
        switch way {
        case "release": try queue.release(claim)
        case "requeue": try queue.requeue(claim)
        default: try queue.postpone(claim, delayMilliseconds: 0, trouble: "t")
        }
        #expect(try queue.status(uuid(1)).status == .paused)
        #expect(try queue.idle().openRelocations == 0)
        try queue.unpause(uuid(1))
        let again = try queue.claimed()
        #expect(again.status.chunksDone == 1 && !again.status.pauseRequested)
    }

    @Test func aCancelOfALeasedRelocationHappensWhenTheLeaseEnds() throws {
        let fixture = try QueueFixture()
        let queue = try fixture.queue()
        try queue.enqueue(uuid(1))
        let claim = try queue.claimed()
        #expect(try queue.pause(uuid(1)) == .requested)
        #expect(try queue.cancel(uuid(1)) == .requested)
        #expect(try queue.cancel(uuid(1)) == .unchanged)
        let answer = try queue.acknowledge(claim, tasks: 1)
        #expect(answer.request == .cancel)
        try queue.release(claim)
        let status = try queue.status(uuid(1))
        #expect(status.status == .failure && status.failureReason.contains("cancelled by an operator"))
        #expect(!status.cancelRequested && !status.pauseRequested)
        try queue.retry(uuid(1))
        #expect(try queue.tasks(try queue.claimed(), from: 0, count: 9, maxBytes: 999).elements.count == 2)
    }

    @Test func aRequestIsHonouredWhenTheWorkerIsGone() throws {
        let fixture = try QueueFixture()
        let queue = try fixture.queue(lease: 300)
        for number in 1...2 { try queue.enqueue(uuid(number)) }
        let claims = try (1...2).map { _ in try queue.claimed() }
        #expect(try queue.pause(claims[0].uuid) == .requested)
        #expect(try queue.cancel(claims[1].uuid) == .requested)
        #expect(try eventually(within: 5) { try queue.idle().openRelocations == 0 })
        #expect(try queue.status(claims[0].uuid).status == .paused)
        #expect(try queue.status(claims[1].uuid).status == .failure)
    }

    @Test func aRequestToPauseCanBeTakenBack() throws {
        let fixture = try QueueFixture()
        let queue = try fixture.queue()
        try queue.enqueue(uuid(1))
        let claim = try queue.claimed()
        #expect(try queue.pause(uuid(1)) == .requested)
        try queue.unpause(uuid(1))
        #expect(try queue.acknowledge(claim, tasks: 1).request == .none)
        try queue.release(claim)
        #expect(try queue.status(uuid(1)).status == .inProgress)
    }

    @Test func anAbortTakesTheLeaseAway() throws {
        let fixture = try QueueFixture()
        let queue = try fixture.queue()
        try queue.enqueue(uuid(1))
        let claim = try queue.claimed()
        try queue.abort(uuid(1))
        #expect(try queue.renew([claim]) == [.lost(.aborted)])
        #expect(kind { _ = try queue.acknowledge(claim, tasks: 1) } == .leaseLost)
        let status = try queue.status(uuid(1))
        #expect(status.status == .failure && status.failureReason.contains("aborted") && status.owner == "")
    }

    @Test func anAbortedUploadIsOverForItsEnqueuer() throws {
        let fixture = try QueueFixture()
        let queue = try fixture.queue()
        let token = try queue.stage(uuid(1))
        try queue.abort(uuid(1))
        #expect(kind { try queue.push([task(4)], uuid: uuid(1), token: token) } == .leaseLost)
        #expect(kind { try queue.publish(uuid: uuid(1), token: token, chunksTotal: 3) } == .leaseLost)
        #expect(kind { try queue.retry(uuid(1)) } == .conflict)
        #expect(try fixture.server.cli(["EXISTS", "{test}:tasks:\(uuid(1))"]) == "0")
        guard case .staged = try queue.begin(NewRelocation(uuid: uuid(1), scope: "s")) else { throw Unexpected() }
    }

    @Test func aDeletedPayloadIsGoneAndTheRecordStays() throws {
        let fixture = try QueueFixture()
        let queue = try fixture.queue(retention: 100)
        try queue.enqueue(uuid(1), counters: ["a": 1])
        try queue.fail(try queue.claimed(), findings: ["{}"], reason: "r")
        try queue.delete(uuid(1))
        let status = try queue.status(uuid(1))
        #expect(status.status == .failure && status.findings == ["{}"] && status.payloadBytes == 0)
        #expect(try fixture.server.cli(["EXISTS", "{test}:tasks:\(uuid(1))"]) == "0")
        #expect((1...100).contains(Int(try fixture.server.cli(["TTL", "{test}:record:\(uuid(1))"])) ?? 0))
        #expect(kind { try queue.retry(uuid(1)) } == .conflict)
        try queue.delete(uuid(1))
    }

    @Test func anUploadWhoseEnqueuerIsGoneCanBeDeleted() throws {
        let fixture = try QueueFixture()
        let queue = try fixture.queue(uploadLease: 100)
        _ = try queue.stage(uuid(1))
        #expect(eventually(within: 5) { kind { try queue.delete(uuid(1)) } == nil })
        #expect(kind { _ = try queue.status(uuid(1)) } == .notFound)
        #expect(try fixture.server.cli(["KEYS", "*"]) == "{test}:fence")
    }

    @Test func onlyFailedRelocationsAreRetriedTogether() throws {
        let fixture = try QueueFixture()
        let queue = try fixture.queue()
        for number in 1...4 { try queue.enqueue(uuid(number)) }
        for _ in 1...2 { try queue.fail(try queue.claimed(), findings: [], reason: "r") }
        #expect(try queue.pause(uuid(3)) == .done)
        #expect(try Set(queue.retryAll()) == [uuid(1), uuid(2)])
        #expect(try queue.retryAll() == [])
        #expect(try queue.list().filter { $0.status == .inProgress }.count == 3)
    }

    @Test func theListIsNewestFirstAndLongerThanAPage() throws {
        let fixture = try QueueFixture()
        let queue = try fixture.queue()
        for number in 1...250 { try queue.enqueue(uuid(number), tasks: 0) }
        let list = try queue.list()
        #expect(list.count == 250)
        #expect(Set(list.map(\.uuid)).count == 250)
        #expect(list.map(\.createdAt) == list.map(\.createdAt).sorted(by: >))
    }

    @Test func finishedRelocationsAreForgottenAfterTheRetention() throws {
        let fixture = try QueueFixture()
        let queue = try fixture.queue(retention: 1)
        try queue.enqueue(uuid(1), counters: ["a": 1])
        try queue.enqueue(uuid(2))
        let claim = try queue.claimed()
        _ = try queue.acknowledge(claim, tasks: 3, counters: ["a": 1], listed: ["row"])
        try queue.complete(claim)
        #expect(try queue.list().count == 2)
        #expect(try eventually(within: 5) { try queue.list().map(\.uuid) == [uuid(2)] })
        let keys = try fixture.server.cli(["KEYS", "*"]).split(separator: "\n").map(String.init).sorted()
        #expect(
            keys == [
                "{test}:destination:default", "{test}:destinations", "{test}:fence", "{test}:index",
                "{test}:ready:unbound", "{test}:record:\(uuid(2))",
                "{test}:tasks:\(uuid(2))",
            ])
    }

    @Test func prefixesDoNotKnowEachOther() throws {
        let fixture = try QueueFixture()
        let one = try fixture.queue(prefix: "one")
        let two = try fixture.queue(prefix: "two")
        try one.enqueue(uuid(1))
        #expect(try two.idle().openRelocations == 0)
        #expect(try two.list() == [])
        #expect(kind { _ = try two.status(uuid(1)) } == .notFound)
        try two.enqueue(uuid(1), tasks: 1)
        #expect(try one.claimed().status.chunksTotal == 3)
        #expect(try two.claimed().status.chunksTotal == 1)
    }
}
