import Queue
import TestSupport
import Testing

/// What a worker learns from every call: what an operator asked for, and why its lease is gone.
@Suite struct RequestTests {
    @Test(arguments: [OperatorRequest.none, .pause, .cancel])
    func everyCallReturnsWhatAnOperatorAskedFor(_ request: OperatorRequest) throws {
        let fixture = try QueueFixture()
        let queue = try fixture.queue()
        try queue.enqueue(uuid(1))
        let claim = try queue.claimed()
        if request != .none { #expect(try queue.pause(uuid(1)) == .requested) }
        if request == .cancel { #expect(try queue.cancel(uuid(1)) == .requested) }
        #expect(try queue.bind(claim, destination: "here") == request)
        #expect(try queue.bind(claim, destination: "here") == request)
        #expect(try queue.renew([claim]) == [.held(request)])
        #expect(
            try queue.tasks(claim, from: 0, count: 1, maxBytes: 1)
                == TaskPage(elements: [.task(task(1))], request: request))
        #expect(try queue.tasks(claim, from: 3, count: 1, maxBytes: 1) == TaskPage(elements: [], request: request))
        #expect(try queue.progress(claim, chunksDone: 1) == request)
        #expect(try queue.advance(claim, step: .postprocessing) == request)
        #expect(try queue.acknowledge(claim, tasks: 1).request == request)
        #expect(try queue.status(uuid(1)).request == request)
        #expect(kind { try queue.advance(claim, step: .unknown("LATER")) } == .invalidArgument)
    }

    @Test func anErrorForOneRelocationVoidsNoOtherRenewal() throws {
        let fixture = try QueueFixture()
        let queue = try fixture.queue()
        for number in 1...3 { try queue.enqueue(uuid(number)) }
        let claims = try (1...3).map { _ in try queue.claimed() }
        try fixture.server.cli(["DEL", "{test}:record:\(uuid(2))"])
        try fixture.server.cli(["SET", "{test}:record:\(uuid(2))", "not ours"])
        try queue.abort(uuid(3))
        let renewals = try queue.renew(claims)
        #expect(renewals.count == 3 && renewals[0] == .held(.none) && renewals[2] == .lost(.aborted))
        guard case .failed(let error) = renewals[1] else { throw Unexpected() }
        #expect(error.kind == .protocolError)
        #expect(try queue.renew([]) == [])
    }

    @Test func anAbortIsNamed() throws {
        let fixture = try QueueFixture()
        let queue = try fixture.queue()
        try queue.enqueue(uuid(1))
        let claim = try queue.claimed()
        try queue.abort(uuid(1))
        let error = lost { try queue.acknowledge(claim, tasks: 1) }
        #expect(error?.leaseLoss == .aborted)
        #expect(error?.description == "The lease on this relocation is lost: aborted by an operator.")
        // It stays the reason while nobody else has taken the relocation.
        try queue.retry(uuid(1))
        #expect(try queue.renew([claim]) == [.lost(.aborted)])
    }

    @Test func aTakeOverIsNamedAlsoWhenTheHeirIsDone() throws {
        let fixture = try QueueFixture()
        let queue = try fixture.queue(lease: 100)
        try queue.enqueue(uuid(1))
        let claim = try queue.claimed("zombie")
        let heir = try fixture.queue()
        let heirs = try heir.eventualClaim()
        let error = lost { try queue.tasks(claim, from: 0, count: 1, maxBytes: 1) }
        #expect(error?.leaseLoss == .takenOver)
        #expect(error?.description == "The lease on this relocation is lost: taken over by another worker.")
        _ = try heir.acknowledge(heirs, tasks: 3)
        try heir.complete(heirs)
        #expect(try queue.renew([claim]) == [.lost(.takenOver)])
    }

    @Test func aRelocationThatRedisDoesNotKnowIsForgotten() throws {
        let fixture = try QueueFixture()
        let queue = try fixture.queue()
        try queue.enqueue(uuid(1))
        let claim = try queue.claimed()
        try fixture.server.cli(["FLUSHALL"])
        let error = lost { try queue.acknowledge(claim, tasks: 1) }
        #expect(error?.leaseLoss == .forgotten)
        #expect(error?.description.contains("is lost: Redis has forgotten it") == true)
        #expect(error?.description.contains("enqueue the same file again under its UUID") == true)
        #expect(try queue.renew([claim]) == [.lost(.forgotten)])
        // Enqueued again it is another relocation under the same UUID.
        try queue.enqueue(uuid(1))
        #expect(try queue.renew([claim]) == [.lost(.forgotten)])
        #expect(QueueError(.notFound, "").leaseLoss == nil)
    }

    @Test(arguments: ["pause", "cancel"])
    func aLeaseThatRanOutBeforeTheRequestHasEnded(_ request: String) throws {
        let fixture = try QueueFixture()
        let queue = try fixture.queue(lease: 100)
        try queue.enqueue(uuid(1))
        let claim = try queue.claimed()
        // As soon as the lease has run out, a request happens at once.
        let isDone = try eventually(within: 5) {
            if request == "pause" {
                let outcome = try queue.pause(uuid(1))
                if outcome == .unchanged { try queue.unpause(uuid(1)) }
                return outcome == .done
            }
            return try queue.cancel(uuid(1)) == .done
        }
        #expect(isDone)
        #expect(try queue.renew([claim]) == [.lost(request == "pause" ? .expired : .cancelled)])
    }

    @Test func aRequestThatTheDeadLeftBehindNamesTheLoss() throws {
        let fixture = try QueueFixture()
        let queue = try fixture.queue(lease: 200)
        try queue.enqueue(uuid(1))
        let claim = try queue.claimed()
        #expect(try queue.cancel(uuid(1)) == .requested)
        #expect(try eventually(within: 5) { try queue.idle().openRelocations == 0 })
        #expect(try queue.renew([claim]) == [.lost(.cancelled)])
    }

    @Test func anEnqueuerLearnsWhyItsUploadIsGone() throws {
        let fixture = try QueueFixture()
        let queue = try fixture.queue(uploadLease: 100)
        let token = try queue.stage(uuid(1))
        try queue.abort(uuid(1))
        #expect(lost { try queue.keepUploading(uuid: uuid(1), token: token) }?.leaseLoss == .aborted)
        _ = try queue.stage(uuid(1))
        #expect(lost { try queue.keepUploading(uuid: uuid(1), token: token) }?.leaseLoss == .takenOver)
        try fixture.server.cli(["FLUSHALL"])
        #expect(lost { try queue.keepUploading(uuid: uuid(1), token: token) }?.leaseLoss == .forgotten)
    }

    private func lost<Result>(_ call: () throws -> Result) -> QueueError? {
        do { _ = try call() } catch { return error as? QueueError }
        return nil
    }
}
