import Queue
import TestSupport
import Testing

/// A relocation that needs a kind of task waits for a worker that knows it.
@Suite struct KnownKindTests {
    private let fixture: QueueFixture
    private let queue: RelocationQueue

    init() throws {
        fixture = try QueueFixture()
        queue = try fixture.queue()
        try queue.enqueue(uuid(1))
        try queue.enqueue(uuid(2))
    }

    private func claim(_ kinds: Set<String>?, _ queue: RelocationQueue? = nil) throws -> ClaimResult {
        try (queue ?? self.queue).claim(worker: "w", destination: "here", knownKinds: kinds)
    }

    private func claimed(_ kinds: Set<String>?, _ queue: RelocationQueue? = nil) throws -> Claim {
        guard case .claimed(let claim) = try claim(kinds, queue) else { throw Unexpected() }
        return claim
    }

    /// The first relocation needs the kind `plan`.
    private func leaveTheFirstAlone() throws {
        let first = try claimed(["chunk"])
        #expect(first.uuid == uuid(1))
        try queue.leaveAlone(first, kind: "plan", trouble: "a task of the kind plan is not known")
    }

    @Test func onlyAWorkerThatKnowsTheKindGetsIt() throws {
        try leaveTheFirstAlone()
        var status = try queue.status(uuid(1))
        #expect(status.needs == "plan" && status.attempts == 0 && status.owner == "")
        #expect(status.lastError == "a task of the kind plan is not known")
        #expect(try claimed(["chunk"]).uuid == uuid(2))
        // No part of a name is the name.
        for kinds: Set<String> in [["chunk"], ["pla", "lan", "plan2"], []] {
            guard case .idle(let idle) = try claim(kinds) else { throw Unexpected() }
            #expect(
                idle.leftAlone == [
                    ClaimResult.LeftAlone(
                        uuid: uuid(1), reason: "it needs a worker that knows tasks of the kind \"plan\"")
                ])
            #expect(idle.openRelocations == 1, "the other one is leased")
        }
        // It has kept its place.
        let first = try claimed(["chunk", "plan"])
        #expect(first.uuid == uuid(1) && first.status.needs == "plan")
        // Until that task is done, nobody else can go on.
        try queue.release(first)
        guard case .idle = try claim(["chunk"]) else { throw Unexpected() }
        let again = try claimed(["plan"])
        #expect(try queue.acknowledge(again, tasks: 0).remaining == 3)
        #expect(try queue.status(uuid(1)).needs == "plan")
        #expect(try queue.acknowledge(again, tasks: 1).remaining == 2)
        status = try queue.status(uuid(1))
        #expect(status.needs == "" && status.lastError == "")
        try queue.release(again)
        #expect(try claimed(["chunk"]).uuid == uuid(1))
    }

    @Test func aWorkerThatNamesNoKindsKnowsAll() throws {
        try leaveTheFirstAlone()
        #expect(try claimed(nil).uuid == uuid(1))
    }

    @Test func aDeadWorkerLeavesItToThoseWhoKnow() throws {
        try leaveTheFirstAlone()
        #expect(try claimed(["chunk"]).uuid == uuid(2))
        let dead = try claimed(["plan"], try fixture.queue(lease: 100))
        #expect(dead.uuid == uuid(1))
        // Only one that knows takes the lease over.
        var heir: Claim?
        _ = try eventually(within: 5) {
            guard case .idle(let idle) = try claim(["chunk"]) else { throw Unexpected() }
            #expect(idle.leftAlone.map(\.uuid) == [uuid(1)])
            if case .claimed(let claim) = try claim(["plan"]) { heir = claim }
            return heir != nil
        }
        #expect(heir?.uuid == uuid(1) && heir?.status.takeovers == 1)
    }

    @Test func aSkippedTaskIsNeededNoMore() throws {
        try leaveTheFirstAlone()
        let claim = try claimed(["plan"])
        try queue.fail(claim, findings: [], reason: "r", at: 0, task: task(1))
        #expect(try queue.status(uuid(1)).needs == "plan")
        try queue.skip(uuid(1), try queue.failedTask(uuid(1)), counters: [:], note: TaskNote(task(1)))
        #expect(try queue.status(uuid(1)).needs == "")
        try queue.retry(uuid(1))
        #expect(try claimed(["chunk"]).uuid == uuid(2))
        #expect(try claimed(["chunk"]).uuid == uuid(1))
    }

    @Test(arguments: ["", String(repeating: "k", count: 256)]) func aKindHasALimit(_ name: String) throws {
        let claim = try claimed(nil)
        #expect(kind { try queue.leaveAlone(claim, kind: name, trouble: "t") } == .invalidArgument)
        try queue.leaveAlone(claim, kind: String(repeating: "k", count: 255), trouble: "t")
    }

    /// Those in front that are left alone are no work that waits.
    @Test func theyDoNotCountAsWaiting() throws {
        try leaveTheFirstAlone()
        let claim = try claimed(["chunk"])
        #expect(claim.uuid == uuid(2))
        #expect(try queue.acknowledge(claim, tasks: 1).othersWaiting == 0)
        try queue.enqueue(uuid(3))
        #expect(try queue.acknowledge(claim, tasks: 1).othersWaiting == 1)
    }
}
