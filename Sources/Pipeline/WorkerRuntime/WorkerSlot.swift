import Failpoints
import Import
import Queue
import Relocation
import Storage

internal import Logging

/// One place at which relocations are worked, on a thread and connections of its own. The cooperative pool only ever
/// sees it asleep.
actor WorkerSlot {
    private let executor: BlockingExecutor
    nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

    private let shared: WorkerShared
    private let heartbeat: Heartbeat
    private let log: Logger
    private var queue: RelocationQueue?
    private var destination: Destination?
    /// A claim that ended without Redis: if its lease counts as a crash, that is taken back once Redis answers.
    private var unreported: Claim?
    /// Relocations of which a line says already that this worker leaves them alone.
    private var reported: Set<String> = []

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
        self.shared = shared
        heartbeat = shared.vitals.heartbeat("slot \(number)")
        var log = shared.log
        log[metadataKey: "slot"] = "\(number)"
        self.log = log
    }

    private var settings: WorkerSettings { shared.settings }

    /// Works until stopped, drained or cut off for longer than the budget.
    func run() async -> WorkerEnd {
        defer { heartbeat.retire() }
        var awaySince: Int64?
        var reportedAt = LeaseClock.now() - Self.outageReportMilliseconds
        while !shared.stop.isRequested {
            heartbeat.beat()
            if heartbeat.takeRequestToReconnect() { disconnect() }
            do {
                if try await turn() { return .finished }
                awaySince = nil
            } catch {
                switch error {
                case .unreachable(let message):
                    let since = awaySince ?? LeaseClock.now()
                    awaySince = since
                    if LeaseClock.now() - since >= settings.outageBudgetMilliseconds { return error }
                    if LeaseClock.now() - reportedAt >= Self.outageReportMilliseconds {
                        reportedAt = LeaseClock.now()
                        log.warning("a server is away", metadata: ["error": "\(message)"])
                    }
                    await pause(Self.reconnectMilliseconds)
                case .refused, .schema, .finished, .failures: return error
                }
            }
        }
        return .finished
    }

    /// The next turn opens everything anew.
    private func disconnect() {
        queue = nil
        destination = nil
    }

    /// Claims and works one relocation, or waits a little. True when there is nothing left to drain.
    private func turn() async throws(WorkerEnd) -> Bool {
        let destination = try await openDestination()
        let queue = try openQueue()
        try reportAlive(queue)
        let sentAt = LeaseClock.now()
        let result: ClaimResult
        do {
            try Failpoint.reach("claim.before")
            result = try queue.claim(
                worker: settings.name, destination: destination.identity, knownKinds: TaskPreparer.knownKinds)
        } catch let error as QueueError {
            throw ended(by: error)
        } catch {
            throw .unreachable("the connection was lost")
        }
        shared.vitals.markReady()
        switch result {
        case .claimed(let claim):
            try await work(claim, sentAt, queue, destination)
            return false
        case .idle(let idle):
            report(idle)
            if settings.drains, idle.openRelocations == 0 { return true }
            let limit = settings.drains ? Self.drainPollMilliseconds : Self.pollMilliseconds
            await pause(min(max(idle.nextInMilliseconds ?? limit, 5), limit))
            return false
        }
    }

    private func work(
        _ claim: Claim, _ sentAt: Int64, _ queue: RelocationQueue, _ destination: Destination
    ) async throws(WorkerEnd) {
        let clock = LeaseClock(leaseMilliseconds: claim.leaseMilliseconds, sentAt: sentAt)
        await shared.keeper.keep(claim, clock)
        FlowMetrics.record(.claimed)
        shared.vitals.claimed()
        var log = log
        log[metadataKey: "relocation.uuid"] = "\(claim.uuid)"
        log[metadataKey: "lease.token"] = "\(claim.token)"
        log.info("relocation claimed", metadata: ["chunks.done": "\(claim.status.chunksDone)"])
        queue.callRetries = callRetries(clock, log)
        defer { queue.callRetries = nil }
        let held = HeldClaim(
            claim, lease: clock, queue: queue, retries: settings.retries, log: log,
            hidesNames: settings.payloadKeys != nil)
        let turn = Turn(
            held: held, destination: destination, settings: settings, vitals: shared.vitals, heartbeat: heartbeat,
            stop: shared.stop)
        let end = RelocationRunner(turn).run()
        shared.vitals.ended(end)
        await shared.keeper.forget(claim)
        switch end {
        case .completed, .failed, .released, .requeued: break
        case .lost: unreported = claim
        case .postponed:
            // A session keeps what troubled it, such as being read-only: the next attempt has a new one.
            self.destination = nil
        case .queueTrouble(let error):
            unreported = claim
            throw ended(by: error)
        case .databaseTrouble(let error):
            self.destination = nil
            throw .unreachable(error.message)
        case .unusable(let error): throw .schema(error.message)
        }
    }

    private func reportAlive(_ queue: RelocationQueue) throws(WorkerEnd) {
        guard let claim = unreported else { return }
        do throws(QueueError) { try queue.reportAlive(claim) } catch {
            // What Redis refuses, it refuses again.
            if error.isTransient { throw ended(by: error) }
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

    private func openQueue() throws(WorkerEnd) -> RelocationQueue {
        if let queue { return queue }
        do {
            let opened = try RelocationQueue(settings.queue)
            queue = opened
            return opened
        } catch {
            throw ended(by: error)
        }
    }

    private func openDestination() async throws(WorkerEnd) -> Destination {
        if let destination { return destination }
        do {
            let opened = try settings.destination.open()
            let catalogue = settings.destination.catalogue
            if await shared.gate.mustCompare(opened.identity) {
                heartbeat.beat()
                let fatal = Result { try opened.mismatches(with: catalogue).filter(\.isFatal) }
                let isSound = if case .success(let found) = fatal { found.isEmpty } else { false }
                await shared.gate.report(opened.identity, isSound: isSound)
                let found = try fatal.get()
                if let first = found.first { throw WorkerEnd.schema(Self.message(first, count: found.count)) }
            }
            destination = opened
            return opened
        } catch let error as StorageError {
            switch error.kind {
            case .unavailable, .contention, .full, .readOnly: throw .unreachable(error.message)
            case .schemaMismatch, .occupied: throw .schema(error.message)
            default: throw .refused(error.message)
            }
        } catch let end as WorkerEnd {
            throw end
        } catch {
            throw .unreachable("\(error)")
        }
    }

    private static func message(_ mismatch: SchemaMismatch, count: Int) -> String {
        let more = count > 1 ? " (and \(count - 1) more)" : ""
        return
            "\(mismatch.place): \(mismatch.message)\(more). Run relocation-worker migrate on an empty database, or relocation-worker "
            + "check for the whole list."
    }

    private func ended(by error: QueueError) -> WorkerEnd {
        switch error.kind {
        case .authentication: .refused(error.description)
        default: .unreachable(error.description)
        }
    }

    private func report(_ idle: ClaimResult.Idle) {
        let foreign = idle.foreign.map { ($0, "it is bound to another database") }
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
