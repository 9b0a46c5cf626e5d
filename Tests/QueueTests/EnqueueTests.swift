import Queue
import TestSupport
import Testing

@Suite struct EnqueueTests {
    private let relocation = NewRelocation(uuid: uuid(1), scope: "users")

    @Test func nothingStagedCanBeClaimed() throws {
        let fixture = try QueueFixture()
        let queue = try fixture.queue()
        let token = try queue.stage(uuid(1), tasks: 2)
        let nothing = ClaimResult.Idle(nextInMilliseconds: nil, openRelocations: 0, foreign: [])
        #expect(try queue.idle() == nothing)
        #expect(kind { try queue.publish(uuid: uuid(1), token: token, chunksTotal: 3) } == .conflict)
        #expect(kind { try queue.publish(uuid: uuid(1), token: token, chunksTotal: 1) } == .conflict)
        #expect(try queue.idle() == nothing)
        try queue.publish(uuid: uuid(1), token: token, chunksTotal: 2)
        #expect(try queue.claimed().uuid == uuid(1))
    }

    @Test func forgottenRelocationsLeaveTheIndex() throws {
        let fixture = try QueueFixture()
        let queue = try fixture.queue()
        for number in 0..<300 {
            try queue.enqueue(uuid(number), tasks: 1)
            _ = try queue.finish()
            // Its retention is over.
            let key = "{test}:record:\(uuid(number))"
            #expect(try fixture.server.cli(["PEXPIRE", key, "0"]) == "1")
        }
        // At random, so that this says hardly ever more; without it there are 300.
        let members = Int(try fixture.server.cli(["ZCARD", "{test}:index"])) ?? 0
        #expect((1...60).contains(members), "\(members)")
    }

    @Test func aRelocationWithoutTasksCanBePublished() throws {
        let fixture = try QueueFixture()
        let queue = try fixture.queue()
        try queue.enqueue(uuid(1), tasks: 0)
        let claim = try queue.claimed()
        #expect(claim.status.chunksTotal == 0)
        try queue.complete(claim)
        #expect(try queue.status(uuid(1)).status == .success)
    }

    @Test func aLivingEnqueuerIsNotDisturbedAndADeadOneIsReplaced() throws {
        let fixture = try QueueFixture()
        let dead = try fixture.queue(uploadLease: 300)
        let deadToken = try dead.stage(uuid(1), tasks: 2, counters: ["m|dropped|filtered": 9])
        let queue = try fixture.queue()
        #expect(kind { _ = try queue.begin(relocation) } == .conflict)
        try dead.keepUploading(uuid: uuid(1), token: deadToken)

        var begun: Begin?
        #expect(
            try eventually(within: 5) {
                do { begun = try queue.begin(relocation) } catch let error as QueueError where error.kind == .conflict {
                    return false
                }
                return true
            })
        guard case .staged(let token) = begun else { throw Unexpected() }
        #expect(token > deadToken)
        #expect(kind { try dead.push([task(3)], uuid: uuid(1), token: deadToken) } == .leaseLost)
        #expect(kind { try dead.keepUploading(uuid: uuid(1), token: deadToken) } == .leaseLost)
        #expect(kind { try dead.publish(uuid: uuid(1), token: deadToken, chunksTotal: 2) } == .leaseLost)
        #expect(try dead.abandon(uuid: uuid(1), token: deadToken) == false)

        try queue.push([task(7)], uuid: uuid(1), token: token)
        try queue.publish(uuid: uuid(1), token: token, chunksTotal: 1)
        let claim = try queue.claimed()
        #expect(try queue.tasks(claim, from: 0, count: 9, maxBytes: 1_000).elements == [.task(task(7))])
        #expect(claim.status.counters == [:])
    }

    @Test func anAbandonedUploadLeavesNothing() throws {
        let fixture = try QueueFixture()
        let queue = try fixture.queue()
        let token = try queue.stage(uuid(1), counters: ["m|dropped|filtered": 1])
        #expect(try queue.abandon(uuid: uuid(1), token: token))
        #expect(kind { _ = try queue.status(uuid(1)) } == .notFound)
        #expect(try fixture.server.cli(["KEYS", "*"]) == "{test}:fence")
    }

    @Test func existingRelocationsAreReportedAndFinishedOnesReplacedIfAsked() throws {
        let fixture = try QueueFixture()
        let queue = try fixture.queue()
        try queue.enqueue(uuid(1), tasks: 1, counters: ["m|dropped|filtered": 1])
        for replacing in [false, true] {
            #expect(try queue.begin(relocation, replacing: replacing) == .exists(try queue.status(uuid(1))))
        }
        _ = try queue.finish()
        #expect(try queue.begin(relocation) == .exists(try queue.status(uuid(1))))
        guard case .staged(let token) = try queue.begin(relocation, replacing: true) else { throw Unexpected() }
        try queue.push([task(1)], uuid: uuid(1), token: token)
        try queue.publish(uuid: uuid(1), token: token, chunksTotal: 1)
        let claim = try queue.claimed()
        #expect(claim.status.chunksDone == 0 && claim.status.counters == [:])
        try queue.fail(claim, findings: [], reason: "x")
        guard case .staged = try queue.begin(relocation, replacing: true) else { throw Unexpected() }
    }

    @Test func manyTasksKeepTheirOrderAcrossBatches() throws {
        let fixture = try QueueFixture()
        let queue = try fixture.queue()
        guard case .staged(let token) = try queue.begin(relocation) else { throw Unexpected() }
        try queue.push((1...2_500).map { task($0) }, uuid: uuid(1), token: token)
        try queue.push((2_501...2_600).map { task($0) }, uuid: uuid(1), token: token)
        try queue.push([], uuid: uuid(1), token: token)
        try queue.publish(uuid: uuid(1), token: token, chunksTotal: 2_600)
        let claim = try queue.claimed()
        let elements = try queue.tasks(claim, from: 0, count: 5_000, maxBytes: 1 << 24).elements
        #expect(elements == (1...2_600).map { .task(task($0)) })
    }

    @Test func payloadsOfAnyBytesAndOfAMegabyteArriveWhole() throws {
        let fixture = try QueueFixture()
        let queue = try fixture.queue()
        let large = (0..<1 << 20).map { UInt8(truncatingIfNeeded: $0 &* 31) }
        let payloads: [[UInt8]] = [[], [0], Array(0...255), Array("\r\n$1\r\n*".utf8), large, large]
        guard case .staged(let token) = try queue.begin(relocation) else { throw Unexpected() }
        let tasks = payloads.enumerated().map { task($0.offset, payload: $0.element) }
        try queue.push(tasks, uuid: uuid(1), token: token)
        try queue.publish(uuid: uuid(1), token: token, chunksTotal: 6)
        let claim = try queue.claimed()
        #expect(try queue.tasks(claim, from: 0, count: 6, maxBytes: 1 << 24).elements == tasks.map { .task($0) })
        #expect(claim.status.payloadBytes == payloads.reduce(0) { $0 + $1.count + 24 + 5 + 11 })
    }

    @Test func aPushWhoseAnswerWasLostIsNotDoubled() throws {
        let fixture = try QueueFixture()
        let queue = try fixture.queue(timeout: 200)
        guard case .staged(let token) = try queue.begin(relocation) else { throw Unexpected() }
        try queue.push([task(1)], uuid: uuid(1), token: token)
        let tasks = (2...1_500).map { task($0) }
        fixture.server.freeze()
        #expect(kind { try queue.push(tasks, uuid: uuid(1), token: token) } == .unavailable)
        fixture.server.thaw()
        try queue.push(tasks, uuid: uuid(1), token: token)
        try queue.push(tasks.suffix(1), uuid: uuid(1), token: token)
        #expect(try fixture.server.cli(["LLEN", "{test}:tasks:\(uuid(1))"]) == "1501")
    }

    @Test func everyTransitionWhoseAnswerWasLostMayBeSentAgain() throws {
        let fixture = try QueueFixture()
        let queue = try fixture.queue(lease: 60_000, timeout: 200)
        /// Freezes the server with the command in its buffer: it is carried out after its sender has given up.
        func twice(_ call: () throws -> Void) throws {
            fixture.server.freeze()
            #expect(kind(of: call) == .unavailable)
            fixture.server.thaw()
            try call()
        }
        let token = try queue.stage(uuid(1), tasks: 5)
        try twice { try queue.publish(uuid: uuid(1), token: token, chunksTotal: 5) }
        var claim = try queue.claimed()
        try twice { try queue.bind(claim, destination: "here") }
        let renamed = [Renaming(subject: "m|1", from: "a", to: "b")]
        try twice {
            _ = try queue.acknowledge(
                claim, tasks: 2, counters: ["c": 2], listed: ["l"], renamed: renamed, alsoRenamed: 3)
        }
        _ = try queue.acknowledge(claim, tasks: 1, counters: ["c": 1])
        try twice { try queue.postpone(claim, delayMilliseconds: 0, trouble: "t") }
        claim = try queue.claimed()
        #expect(claim.status.attempts == 1 && claim.status.counters == ["c": 3] && claim.status.chunksDone == 3)
        #expect(try queue.listedRows(uuid(1)) == ["l"])
        #expect(try queue.renamedRows(uuid(1)) == renamed && claim.status.renamed == 4)
        try twice { try queue.release(claim) }
        claim = try queue.claimed()
        try twice { try queue.fail(claim, findings: ["{}"], reason: "r") }
        try queue.retry(uuid(1))
        claim = try queue.claimed()
        _ = try queue.acknowledge(claim, tasks: 2)
        try twice { try queue.complete(claim) }
        #expect(try queue.status(uuid(1)).status == .success)
    }

    @Test func malformedUUIDsNeverReachTheServer() throws {
        let fixture = try QueueFixture()
        let queue = try fixture.queue()
        for text in ["", "x", uuid(1).dropLast() + "G", "00000000000040008000000000000001", uuid(1) + "0"] {
            #expect(kind { _ = try queue.status(String(text)) } == .invalidArgument)
            let relocation = NewRelocation(uuid: String(text), scope: "users")
            #expect(kind { _ = try queue.begin(relocation) } == .invalidArgument)
        }
    }

    @Test func textsOfAnyKindArriveAsTheyWere() throws {
        let fixture = try QueueFixture()
        let queue = try fixture.queue()
        let odd = "é名\0\r\n\"'{}\\"
        var relocation = NewRelocation(uuid: uuid(1), scope: odd)
        relocation.options = odd
        relocation.digest = odd
        relocation.sourceName = odd
        relocation.counters = [odd: 3]
        relocation.warnings = [odd, "", odd]
        _ = try queue.begin(relocation)
        let status = try queue.status(uuid(1))
        #expect(status.scope == odd && status.options == odd && status.digest == odd && status.sourceName == odd)
        #expect(status.counters == [odd: 3] && status.warnings == [odd, "", odd])
    }
}
