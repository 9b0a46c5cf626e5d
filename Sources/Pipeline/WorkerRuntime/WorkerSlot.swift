import Catalogue
import Failpoints
import Import
import Queue
import Relocation
import Storage

internal import Logging

/// One place at which relocations are worked, on a thread and connections of its own. The cooperative pool only ever
/// sees it asleep.
// More than eight properties: what a slot keeps from one turn to the next.
actor WorkerSlot {
    private let executor: BlockingExecutor
    nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

    private let number: Int
    private let shared: WorkerShared
    private let heartbeat: Heartbeat
    private let log: Logger
    private var queue: RelocationQueue?
    private var destination: Destination?
    /// What describes the destination.
    private var catalogue: Catalogue?
    /// A claim that ended without Redis: if its lease counts as a crash, that is taken back once Redis answers.
    private var unreported: Claim?
    /// Relocations of which a line says already that this worker leaves them alone; and `hold`.
    private var reported: Set<String> = []
    /// When the last line about an outage was logged.
    private var reportedAt = LeaseClock.now() - outageReportMilliseconds

    /// Stands for the hold of an operator.
    private static let hold = "hold"
    /// Milliseconds between two looks at an empty queue.
    private static let pollMilliseconds = 200
    /// The same where a look may show that all is done, for whoever waits for that.
    private static let drainPollMilliseconds = 20
    /// Milliseconds between two attempts to reach a server that is away.
    private static let reconnectMilliseconds = 250
    /// Milliseconds between two lines about the same outage.
    private static let outageReportMilliseconds: Int64 = 5000

    init(_ number: Int, _ shared: WorkerShared) {
        executor = BlockingExecutor(label: "relocation.slot.\(number)")
        self.number = number
        self.shared = shared
        heartbeat = shared.vitals.heartbeat("slot \(number)")
        var log = shared.log
        log[metadataKey: "slot"] = .stringConvertible(number)
        self.log = log
    }

    private var settings: WorkerSettings { shared.settings }

    /// Works until stopped, drained or cut off for longer than the budget.
    func run() async -> WorkerEnd {
        defer { heartbeat.retire() }
        var awaySince: Int64?
        while !shared.stop.isRequested {
            heartbeat.beat()
            if heartbeat.takeRequestToReconnect() { disconnect() }
            do {
                if let end = try await turn() { return end }
                awaySince = nil
            } catch .end(let end) {
                return end
            } catch {
                let since = awaySince ?? LeaseClock.now()
                awaySince = since
                if isOver(error, since) {
                    if case .destination(let error) = error { tellOperators(error.message) }
                    return error.end
                }
                await pause(note(error))
            }
        }
        return .finished
    }

    /// Whether the worker gives up after a setback that began at `since`. One that has worked waits for its destination
    /// as long as it takes, unless it drains.
    private func isOver(_ setback: Setback, _ since: Int64) -> Bool {
        guard case .destination(let error) = setback else {
            return LeaseClock.now() - since >= settings.outageBudgetMilliseconds
        }
        if !settings.drains, shared.vitals.isReady { return false }
        // A refusal at the start is a mistake in the settings.
        if error.kind == .permissionDenied, !shared.vitals.isReady { return true }
        let began = min(since, shared.vitals.health.trouble?.since ?? since)
        return LeaseClock.now() - began >= settings.outageBudgetMilliseconds
    }

    /// Tells what went wrong. Returns milliseconds until the next attempt.
    private func note(_ setback: Setback) -> Int {
        if case .destination(let error) = setback { return noteTrouble(error) }
        if LeaseClock.now() - reportedAt >= Self.outageReportMilliseconds {
            reportedAt = LeaseClock.now()
            if case .queue(let message) = setback {
                log.warning("a server is away", metadata: ["error": "\(message)"])
            }
        }
        return Self.reconnectMilliseconds
    }

    /// The destination takes nothing: no slot claims until the next attempt.
    private func noteTrouble(_ error: StorageError) -> Int {
        destination = nil
        let health = shared.vitals.health
        let isNew = health.trouble == nil
        let pause = health.failed(error, at: LeaseClock.now())
        if isNew || LeaseClock.now() - reportedAt >= Self.outageReportMilliseconds {
            reportedAt = LeaseClock.now()
            log.warning(
                "the destination takes nothing: claiming stops",
                metadata: ["error": "\(error.message)", "next_attempt_ms": .stringConvertible(pause)])
        }
        tellOperators(error.message)
        return min(pause, Self.pollMilliseconds)
    }

    /// Shows for a while why the workers of the destination take nothing.
    private func tellOperators(_ trouble: String) {
        // Redis may be away too; then nobody is told.
        _ = try? queue?.setTrouble(trouble, of: settings.destinationName)
    }

    /// The worker ends because of its destination.
    private func refusal(_ end: WorkerEnd, _ trouble: String) -> Setback {
        // Whoever waits for a plan need not wait for another worker.
        if case .schema = end { tellOperators(RelocationQueue.schemaTrouble + trouble) } else { tellOperators(trouble) }
        return .end(end)
    }

    /// The next turn opens everything anew.
    private func disconnect() {
        queue = nil
        destination = nil
    }

    /// Claims and works one relocation, or waits a little. Returns how the worker ends when nothing is left to drain.
    private func turn() async throws(Setback) -> WorkerEnd? {
        let queue = try openQueue()
        if shared.stop.isQuiet {
            shared.vitals.markReady()
            await pause(Self.pollMilliseconds)
            return nil
        }
        let wait = shared.vitals.health.pause(at: LeaseClock.now())
        guard wait == 0 else {
            if let trouble = shared.vitals.health.trouble, isDrainOver(trouble) { return WorkerEnd(trouble.error) }
            await pause(min(wait, Self.pollMilliseconds))
            return nil
        }
        let destination = try await openDestination()
        try takeOver(destination, queue)
        try reportAlive(queue)
        let sentAt = LeaseClock.now()
        let result = try claim(queue, destination)
        // What ended an earlier process is over, or is met again.
        if !shared.vitals.isReady { shared.vitals.health.clear(settings.destinationName, in: queue) }
        shared.vitals.markReady()
        switch result {
        case .claimed(let claim):
            try await work(claim, sentAt, queue, destination)
            return nil
        case .held: return await waitWhileHeld()
        case .idle(let idle):
            reported.remove(Self.hold)
            return await waitWhenIdle(idle)
        }
    }

    private func isDrainOver(_ trouble: DestinationHealth.Trouble) -> Bool {
        settings.drains && LeaseClock.now() - trouble.since >= settings.outageBudgetMilliseconds
    }

    private func claim(_ queue: RelocationQueue, _ destination: Destination) throws(Setback) -> ClaimResult {
        do {
            try Failpoint.reach("claim.before")
            return try queue.claim(
                worker: settings.name, destination: settings.serving(destination), knownKinds: settings.knownKinds)
        } catch let error as QueueError {
            throw Setback(error)
        } catch {
            throw .queue("the connection was lost")
        }
    }

    /// Nothing can be claimed now. Returns how a worker that drains ends.
    private func waitWhenIdle(_ idle: ClaimResult.Idle) async -> WorkerEnd? {
        report(idle)
        if settings.drains {
            if idle.openRelocations == 0 { return .finished }
            if let next = idle.nextInMilliseconds, next > settings.drainWaitMilliseconds {
                return .later(idle.waiting, seconds: next / 1_000)
            }
        }
        let limit = settings.drains ? Self.drainPollMilliseconds : Self.pollMilliseconds
        await pause(min(max(idle.nextInMilliseconds ?? limit, 5), limit))
        return nil
    }

    private func work(
        _ claim: Claim, _ sentAt: Int64, _ queue: RelocationQueue, _ destination: Destination
    ) async throws(Setback) {
        let clock = LeaseClock(leaseMilliseconds: claim.leaseMilliseconds, sentAt: sentAt)
        FlowMetrics.claimed(claim.status, within: LeaseClock.now() - sentAt)
        await shared.keeper.keep(claim, clock)
        shared.vitals.claimed()
        shared.vitals.board.begin(claim.uuid, slot: number)
        var log = log
        log[metadataKey: "relocation.uuid"] = "\(claim.uuid)"
        log[metadataKey: "lease.token"] = "\(claim.token)"
        queue.callRetries = callRetries(clock, log)
        defer { queue.callRetries = nil }
        let held = HeldClaim(
            claim, lease: clock, queue: queue, retries: settings.retries, log: log,
            hidesNames: settings.payloadKeys != nil)
        held.logClaim()
        var settings = settings
        settings.destination.catalogue = catalogue ?? settings.destination.catalogue
        let turn = Turn(
            held: held, destination: destination, settings: settings, vitals: shared.vitals, heartbeat: heartbeat,
            stop: shared.stop)
        let end = RelocationRunner(turn).run(claimedAt: sentAt)
        shared.vitals.ended(end)
        shared.vitals.board.end(slot: number)
        await shared.keeper.forget(claim)
        switch end {
        case .completed, .failed, .released, .requeued: break
        case .lost: unreported = claim
        case .postponed:
            // A session keeps what troubled it, such as being read-only: the next attempt has a new one.
            self.destination = nil
        case .queueTrouble(let error):
            unreported = claim
            throw Setback(error)
        case .databaseTrouble(let error): throw .destination(error)
        case .unusable(let error): throw refusal(.schema(error.message), error.message)
        }
    }

    /// Takes the destination's name over if the worker was told to and has not worked yet.
    private func takeOver(_ destination: Destination, _ queue: RelocationQueue) throws(Setback) {
        guard settings.rebinds, !shared.vitals.isReady else { return }
        do throws(QueueError) {
            try queue.serve(settings.serving(destination), worker: settings.name, takingOver: true)
        } catch {
            throw Setback(error)
        }
    }

    private func reportAlive(_ queue: RelocationQueue) throws(Setback) {
        guard let claim = unreported else { return }
        do throws(QueueError) { try queue.reportAlive(claim) } catch {
            // What Redis refuses, it refuses again.
            if error.isTransient { throw Setback(error) }
        }
        unreported = nil
    }

    /// While the lease holds, a stall of Redis ends no run.
    private func callRetries(_ lease: LeaseClock, _ log: Logger) -> CallRetries {
        CallRetries(limitMilliseconds: settings.queueRetryMilliseconds) { [heartbeat] error in
            heartbeat.beat()
            guard lease.isHeld else { return false }
            log.warning("queue trouble: trying again", metadata: ["error": "\(error)"])
            return true
        }
    }

    private func openQueue() throws(Setback) -> RelocationQueue {
        if let queue { return queue }
        do {
            let opened = try RelocationQueue(settings.queue)
            queue = opened
            return opened
        } catch {
            throw Setback(error)
        }
    }

    private func openDestination() async throws(Setback) -> Destination {
        if let destination { return destination }
        do {
            let opened = try settings.destination.open()
            let fit = try await fit(opened)
            let adapted = Destination(opened, by: fit)
            (destination, catalogue) = (adapted, fit.catalogue)
            // What another worker has told may be over; what another slot of this one has met is not.
            if let queue { shared.vitals.health.clear(settings.destinationName, in: queue) }
            return adapted
        } catch let error as StorageError {
            guard error.isTransient || error.isDestinationTrouble else {
                throw refusal(WorkerEnd(error), error.message)
            }
            throw .destination(error)
        } catch let setback as Setback {
            throw setback
        } catch {
            throw .queue("\(error)")
        }
    }

    /// How the destination fits; ends the worker if it does not.
    private func fit(_ opened: Destination) async throws -> SchemaFit {
        if !(await shared.gate.mustCompare(opened.identity)), let fit = await shared.gate.fit(opened.identity) {
            return fit
        }
        heartbeat.beat()
        let result = Result {
            let fit = try opened.fit(settings.destination.catalogue)
            return (fit, (fit.mismatches + [try opened.ledgerMismatch()].compactMap(\.self)).filter(\.isFatal))
        }
        let sound: SchemaFit? = if case .success(let found) = result, found.1.isEmpty { found.0 } else { nil }
        await shared.gate.report(opened.identity, isSound: sound != nil, sound)
        let (fit, fatal) = try result.get()
        if let first = fatal.first {
            throw refusal(.schema(first.advice(count: fatal.count)), first.advice(count: fatal.count))
        }
        if !fit.isExact { log.notice("the destination is another version", metadata: ["fit": "\(fit.summary)"]) }
        return fit
    }

    /// An operator must let the destination go: a worker that drains has nothing to wait for.
    private func waitWhileHeld() async -> WorkerEnd? {
        if reported.insert(Self.hold).inserted {
            log.warning(
                "an operator holds the destination: nothing is claimed",
                metadata: ["destination": "\(settings.destinationName)"])
        }
        if settings.drains { return .finished }
        await pause(Self.pollMilliseconds)
        return nil
    }

    private func report(_ idle: ClaimResult.Idle) {
        let foreign = idle.foreign.map { ($0, "it is queued for another destination") }
        for (uuid, reason) in foreign + idle.leftAlone.map({ ($0.uuid, $0.reason) })
        where reported.insert(uuid).inserted {
            log.warning(
                "relocation left alone", metadata: ["relocation.uuid": "\(uuid)", "reason": "\(reason)"])
        }
    }

    private func pause(_ milliseconds: Int) async {
        // A cancelled sleep is an early look at the stop signal.
        try? await Task.sleep(for: .milliseconds(milliseconds))
    }
}
