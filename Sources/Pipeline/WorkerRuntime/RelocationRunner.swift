import Catalogue
import Failpoints
import Import
import Ledger
import Queue
import Relocation
import Storage
import TaskFormat
import Traces

/// Works one claimed relocation: chooses how its tasks commit, and turns each error into an end of the claim. Its calls
/// block, so it runs on the thread that owns the connections.
struct RelocationRunner {
    private var turn: Turn

    private var held: HeldClaim { turn.held }

    init(_ turn: Turn) { self.turn = turn }

    /// - Parameter sentAt: when the claim was sent, on the monotonic clock
    func run(claimedAt sentAt: Int64 = LeaseClock.now()) -> RunEnd {
        let status = held.claim.status
        return Traces.span(.claim, below: status.traceParent, begun: LeaseClock.now() - sentAt) {
            Traces.note(status.facts)
            let end = settle()
            Traces.note(["relocation.end": .text(end.word)])
            return end
        }
    }

    /// Works until the claim is over.
    private func settle() -> RunEnd {
        watchStatements()
        defer {
            turn.destination.setBeforeStatement(nil)
            turn.heartbeat.allow(milliseconds: 0)
            turn.held.onFlowEnd = { _ in }
        }
        var runner = self
        do {
            return try runner.work()
        } catch {
            turn.destination.rollback()
            held.register?.rolledBack()
            return held.end(after: isUndo ? error : runner.turn.cause(of: error, try? readContext().context))
        }
    }

    /// From now on each statement beats the heartbeat, and none runs without the lease.
    private func watchStatements() {
        let (lease, heartbeat) = (held.lease, turn.heartbeat)
        turn.destination.setBeforeStatement { () throws(StorageError) in
            heartbeat.beat()
            if !lease.isHeld { throw StorageError(.leaseLost, "the lease ran out or another worker took over") }
            do { try Failpoint.reach("statement") } catch {
                throw StorageError(.unavailable, "the connection was lost at a statement")
            }
        }
    }

    private var isUndo: Bool { held.claim.status.step == .undoing }

    private mutating func work() throws -> RunEnd {
        if isUndo {
            held.noteWait(of: FlowMetrics.undo)
            if let end = try begin(isOneTransaction: true) { return end }
            try learn(nil, held.claim.uuid)
            return try UndoRun(turn: turn).run()
        }
        if let options = RelocationOptions(json: held.claim.status.options), let events = options.events {
            if let end = try begin(isOneTransaction: options.plans) { return end }
            if !options.plans { try openEntry([]) }
            return try EventsRun(
                turn: turn, options: events, preparer: turn.preparer(options), plans: options.plans
            ).run()
        }
        if let request = RelocationOptions(json: held.claim.status.options)?.exports {
            if let end = try begin(isOneTransaction: true) { return end }
            guard !turn.settings.refusesExports else {
                throw TaskPreparer.UnknownTask(
                    kind: TaskKind.export.rawValue,
                    reason: "this worker was told to export nothing for others (--refuse-exports)")
            }
            return try TransferRun(turn: turn, request: request).run()
        }
        let (context, options) = try readContext()
        let isOneTransaction =
            options.verifies != nil || options.atomic || context.scope == .global && !turn.destination.isSplit
        if let end = try begin(isOneTransaction: isOneTransaction || options.plans) { return end }
        let learned = options.learn == nil ? [] : try learn(options, context.importUUID)
        try requireVersion(options)
        let preparer = turn.preparer(options)
        let pass = PlanPass(
            turn: turn, context: context, preparer: preparer, isOneTransaction: isOneTransaction,
            confirms: !options.plans, learned: learned)
        if options.plans { return try PlanRun(turn: turn, pass: pass, request: options.relocate).run() }
        if options.verifies != nil {
            return try VerifyRun(turn: turn, context: context, preparer: preparer, repairs: options.repairs).run()
        }
        try openEntry(learned.map(\.text))
        if options.plan != nil, let end = try PlanCheck(turn: turn, pass: pass).run() { return end }
        if let request = options.relocate {
            return try FlowRun(turn: turn, context: context, preparer: preparer, request: request).run()
        }
        return isOneTransaction
            ? try OneTransactionRun(turn: turn, context: context, preparer: preparer).run()
            : try CommitBatchRun(turn: turn, context: context, preparer: preparer).run()
    }

    /// Binds the relocation to the database. Returns how the claim has ended, if the work must not begin.
    private func begin(isOneTransaction: Bool) throws -> RunEnd? {
        if held.claim.status.consecutiveCrashes >= turn.settings.retries.maxConsecutiveCrashes {
            return try held.quarantine(isOneTransaction: isOneTransaction)
        }
        if held.claim.status.outages >= turn.settings.retries.maxAttempts { return try held.failAfterOutages() }
        let request = try held.queue.bind(held.claim, destination: turn.settings.serving(turn.destination))
        return request == .none ? nil : try held.release(for: request)
    }

    /// Throws if the rows are for a newer version than the destination's.
    private func requireVersion(_ options: RelocationOptions) throws(ImportFailure) {
        let version = turn.settings.destination.catalogue.version
        guard let wanted = options.destinationVersion.flatMap({ SentryVersion($0) }), wanted > version,
            version == .current
        else { return }
        throw .permanent(
            Finding(
                kind: .unknownModel, model: nil,
                reason:
                    "the rows are for Sentry \(wanted), and the destination is about \(version): enqueue the file again "
                    + "without --destination-version"))
    }

    /// From now on the catalogue has the models that the relocation brings.
    @discardableResult
    private mutating func learn(_ options: RelocationOptions?, _ importUUID: String) throws -> [LearnedModel] {
        guard let found = try Learning(turn: turn, importUUID: importUUID).models(options) else { return [] }
        turn.settings.destination.catalogue = found.catalogue
        return found.models
    }

    /// Looks for the relocation's entry in the destination's ledger.
    ///
    /// - Parameter learned: models that it was told of, in the notation of the catalogue
    private func openEntry(_ learned: [String]) throws(ImportFailure) {
        var origin = ImportOrigin(held.claim.status, worker: turn.settings.name)
        if !learned.isEmpty, var options = RelocationOptions(json: origin.options) {
            options.learnedModels = learned
            origin.options = options.json
        }
        do {
            held.register = try ImportRegister(held.claim.uuid, origin, in: turn.destination)
        } catch {
            throw ImportFailure(error, turn.settings.destination.catalogue)
        }
    }

    private func readContext() throws(ImportFailure) -> (context: ImportContext, options: RelocationOptions) {
        guard let scope = ImportScope(rawValue: held.claim.status.scope),
            let options = RelocationOptions(json: held.claim.status.options)
        else {
            throw ImportFailure.permanent(
                Finding(
                    kind: .unspecifiedScope, model: nil,
                    reason: "the relocation's record was written by another version of relocation-enqueue"))
        }
        var context = ImportContext(
            importUUID: options.verifies ?? held.claim.uuid, scope: scope, flags: ImportFlags(options),
            instance: turn.settings.destination.instance)
        context.nameSeed = options.plans ? held.claim.uuid : options.plan
        return (context, options)
    }
}

extension ImportFlags {
    fileprivate init(_ options: RelocationOptions) {
        self.init(
            mergeUsers: options.mergeUsers, overwriteConfigs: options.overwriteConfigs,
            hideOrganizations: options.hideOrganizations)
    }
}

extension ImportOrigin {
    /// What the record says of its enqueuer.
    fileprivate init(_ status: RelocationStatus, worker: String) {
        self.init()
        scope = status.scope
        options = status.options
        fileName = status.sourceName
        digest = status.digest
        rowsSource = Int64(status.rowsSource)
        enqueuedBy = status.enqueuedBy
        enqueuedAt = status.createdAt > 0 ? status.createdAt * 1000 : nil
        toolVersion = status.toolVersion
        self.worker = worker
    }
}
