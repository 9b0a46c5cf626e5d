import Foundation
import Queue
import TestSupport
import Testing

@Suite struct LeaseTests {
    @Test func anOrphanIsTakenOverWhenItsLeaseHasRunOutAndNotBefore() throws {
        let fixture = try QueueFixture()
        let queue = try fixture.queue(lease: 500)
        try queue.enqueue(uuid(1))
        let start = ContinuousClock.now
        let lost = try queue.claimed("gone")
        _ = try queue.tasks(lost, from: 0, count: 1, maxBytes: 100)
        let idle = try queue.idle()
        #expect((1...500).contains(idle.nextInMilliseconds ?? 0) && idle.openRelocations == 1)
        #expect(try queue.status(uuid(1)).owner == "gone")
        let claim = try queue.eventualClaim()
        let waited = ContinuousClock.now - start
        #expect(waited > .milliseconds(498) && waited < .milliseconds(3_000))
        #expect(claim.token > lost.token)
        let status = try queue.status(uuid(1))
        #expect(
            status.owner == "heir" && status.takeovers == 1 && status.consecutiveCrashes == 1 && status.attempts == 0)
    }

    /// How long a relocation could have been claimed: from its publication, the end of a pause, or that of a lost lease.
    @Test func aClaimTellsSinceWhenItCouldBeMade() throws {
        let fixture = try QueueFixture()
        let queue = try fixture.queue(lease: 200)
        try queue.enqueue(uuid(1))
        let published = try queue.status(uuid(1)).updatedAt
        let first = try queue.claimed("first")
        #expect(first.status.readyAt == published && first.status.updatedAt >= published)
        try queue.postpone(first, delayMilliseconds: 150, trouble: "busy")
        let due = try queue.status(uuid(1)).nextAttemptAt
        let second = try queue.eventualClaim()
        #expect(abs(second.status.readyAt - due) <= 1)
        // Released at its old place in the order, but not since its old time.
        try queue.release(second)
        let released = try queue.status(uuid(1)).updatedAt
        let third = try queue.claimed("third")
        #expect(third.status.readyAt == released)
        #expect(try queue.renew([third]) == [.held(.none)])
        let expires = try queue.status(uuid(1)).leaseExpiresAt
        #expect(try queue.eventualClaim().status.readyAt == expires)
    }

    @Test func aRenewedLeaseIsKept() throws {
        let fixture = try QueueFixture()
        let queue = try fixture.queue(lease: 400)
        try queue.enqueue(uuid(1))
        let claim = try queue.claimed()
        let start = ContinuousClock.now
        // Three leases long nobody else gets it.
        var answers: [Renewal] = []
        let isOver = try eventually(within: 5) {
            answers += try queue.renew([claim])
            _ = try queue.idle("other")
            return ContinuousClock.now - start > .milliseconds(1_200)
        }
        #expect(isOver && answers.allSatisfy { $0 == .held(.none) })
        #expect(try queue.status(uuid(1)).takeovers == 0)
    }

    @Test func anAcknowledgementRenewsUnlessToldNotTo() throws {
        let fixture = try QueueFixture()
        let queue = try fixture.queue(lease: 60_000)
        try queue.enqueue(uuid(1))
        let claim = try queue.claimed()
        let first = try queue.status(uuid(1)).leaseExpiresAt
        _ = try queue.acknowledge(claim, tasks: 1, renew: false)
        #expect(try queue.status(uuid(1)).leaseExpiresAt == first)
        #expect(
            try eventually(within: 5) {
                _ = try queue.acknowledge(claim, tasks: 0)
                return try queue.status(uuid(1)).leaseExpiresAt > first
            })
    }

    @Test func consecutiveCrashesEndWithAnyProgress() throws {
        let fixture = try QueueFixture()
        let queue = try fixture.queue(lease: 100)
        try queue.enqueue(uuid(1))
        for crashes in 1...3 {
            let claim = try queue.eventualClaim()
            #expect(claim.status.consecutiveCrashes == crashes - 1)
            _ = try queue.renew([claim])
        }
        var claim = try queue.eventualClaim()
        #expect(claim.status.consecutiveCrashes == 3)
        // A lease whose answer never reached a worker: nobody used it.
        claim = try queue.eventualClaim()
        #expect(claim.status.consecutiveCrashes == 3 && claim.status.takeovers == 4)
        _ = try queue.acknowledge(claim, tasks: 1)
        #expect(try queue.status(uuid(1)).consecutiveCrashes == 0)
    }

    @Test func everyTransitionRefusesAStaleToken() throws {
        let fixture = try QueueFixture()
        let queue = try fixture.queue(lease: 100)
        try queue.enqueue(uuid(1))
        let stale = try queue.claimed("zombie")
        let queueOfHeir = try fixture.queue(lease: 60_000)
        let claim = try queueOfHeir.eventualClaim()
        let before = try queue.status(uuid(1))
        let calls: [(String, () throws -> Void)] = [
            ("bind", { try queue.bind(stale, destination: "x") }),
            ("tasks", { _ = try queue.tasks(stale, from: 0, count: 1, maxBytes: 1) }),
            (
                "acknowledge",
                { _ = try queue.acknowledge(stale, tasks: 1, counters: ["c": 1], listed: ["l"], alsoRenamed: 1) }
            ),
            ("progress", { try queue.progress(stale, chunksDone: 1) }),
            ("advance", { try queue.advance(stale, step: .notifying) }),
            ("complete", { try queue.complete(stale) }),
            ("postpone", { try queue.postpone(stale, delayMilliseconds: 1, trouble: "t") }),
            ("fail", { try queue.fail(stale, findings: [], reason: "r") }),
            ("release", { try queue.release(stale) }),
            ("requeue", { try queue.requeue(stale) }),
            ("leaveAlone", { try queue.leaveAlone(stale, kind: "k", trouble: "t") }),
        ]
        for (name, call) in calls { #expect(kind(of: call) == .leaseLost, "\(name)") }
        #expect(try queue.renew([stale, claim]) == [.lost(.takenOver), .held(.none)])
        var after = try queue.status(uuid(1))
        after.leaseExpiresAt = before.leaseExpiresAt
        #expect(after == before)
        #expect(try queue.listedRows(uuid(1)) == [])
        #expect(try queueOfHeir.tasks(claim, from: 0, count: 9, maxBytes: 999).elements.count == 3)
    }

    @Test func aClaimThatHasEndedIsStaleToo() throws {
        let fixture = try QueueFixture()
        let queue = try fixture.queue()
        try queue.enqueue(uuid(1))
        let claim = try queue.claimed()
        try queue.release(claim)
        #expect(kind { _ = try queue.acknowledge(claim, tasks: 1) } == .leaseLost)
        #expect(kind { try queue.postpone(claim, delayMilliseconds: 1, trouble: "") } == .leaseLost)
        #expect(try queue.renew([claim]) == [.lost(.expired)])
    }

    @Test func twoClaimersNeverHoldOneRelocationTogether() throws {
        let fixture = try QueueFixture()
        let relocations = 50
        let tasks = 4
        let setup = try fixture.queue()
        for number in 1...relocations { try setup.enqueue(uuid(number), tasks: tasks) }
        let observer = Observer()
        let turns = try inParallel(2) { number in
            let queue = try fixture.queue()
            var turns = 0
            while case .claimed(let claim) = try queue.claim(worker: "w\(number)", destination: "here") {
                observer.enter(claim.uuid)
                let elements = try queue.tasks(claim, from: 0, count: 1, maxBytes: 1_000).elements
                for case .task(let task) in elements { observer.start(claim.uuid, task.minOrdinal) }
                let answer = try queue.acknowledge(claim, tasks: elements.count)
                observer.leave(claim.uuid)
                if answer.remaining == 0 { try queue.complete(claim) } else { try queue.requeue(claim) }
                turns += 1
            }
            return turns
        }
        #expect(turns.reduce(0, +) == relocations * tasks)
        #expect(turns.allSatisfy { $0 > 0 })
        #expect(observer.together == 0)
        #expect(observer.starts.count == relocations)
        #expect(observer.starts.values.allSatisfy { $0 == [1, 2, 3, 4] })
        #expect(try setup.find().relocations.allSatisfy { $0.status == .success && $0.chunksDone == tasks })
    }
}

/// Sees who works on what at the same time. Locked as the thread sanitizer understands it: it does not see the futex of
/// a `Mutex` that is contended.
private final class Observer: @unchecked Sendable {
    private struct Seen {
        var held: Set<String> = []
        var together = 0
        var starts: [String: [Int64]] = [:]
    }

    private var seen = Seen()
    private let lock = NSLock()

    /// How often a relocation was entered while somebody was in it.
    var together: Int { lock.withLock { seen.together } }
    var starts: [String: [Int64]] { lock.withLock { seen.starts } }

    func enter(_ uuid: String) {
        lock.withLock { if !seen.held.insert(uuid).inserted { seen.together += 1 } }
    }

    func start(_ uuid: String, _ ordinal: Int64) { lock.withLock { seen.starts[uuid, default: []].append(ordinal) } }

    func leave(_ uuid: String) { lock.withLock { _ = seen.held.remove(uuid) } }
}
