import Catalogue
import Import
import Queue
import Relocation
import Storage

internal import Logging

/// What an error makes of a claim.
extension HeldClaim {
    /// Records, once, how long this claim's first task has waited.
    func noteWait(of kind: String) {
        if !hasBegun { FlowMetrics.waited(claim.status, kind) }
        hasBegun = true
    }

    func end(after error: any Error) -> RunEnd {
        switch error {
        case let error as QueueError: end(after: error)
        case let failure as ImportFailure: end(after: failure)
        case let refusal as TakeOver.Refusal:
            ending { () throws(QueueError) in try fail(refusal.finding, cause: refusal.cause) }
        case let missing as TaskPreparer.KeyMissing:
            ending { () throws(QueueError) in try postpone(missing.reason, givenUpAs: .unknown) }
        case let task as TaskPreparer.UnknownTask: ending { () throws(QueueError) in try leaveAlone(task) }
        // Only a failpoint throws anything else: it stands for a connection lost at that place.
        default: .queueTrouble(QueueError(.unavailable, "\(error)"))
        }
    }

    private func end(after error: QueueError) -> RunEnd {
        if error.kind == .leaseLost { return lost(error.leaseLoss ?? lease.loss) }
        log.warning("queue trouble", metadata: ["error": "\(error)"])
        if error.kind == .destinationTaken { return released(error) }
        guard !error.isTransient, ![.authentication, .unsupported].contains(error.kind) else {
            return .queueTrouble(error)
        }
        // The queue refuses what we ask for: trying again would only be refused again.
        do {
            return try fail(Finding(kind: .unknown, model: nil, reason: error.description))
        } catch {
            return .queueTrouble(error)
        }
    }

    /// The relocation is for the workers of the database that has the name now.
    private func released(_ error: QueueError) -> RunEnd {
        do { _ = try release("another database has the destination's name") } catch { return .queueTrouble(error) }
        return .queueTrouble(error)
    }

    private func end(after failure: ImportFailure) -> RunEnd {
        ending { () throws(QueueError) in
            switch failure {
            case .permanent(let finding): return try fail(finding)
            case .transient(let error):
                return error.isDestinationTrouble
                    ? try hold(error) : try postpone(error.message, givenUpAs: .databaseError)
            case .leaseLost: return lost(lease.loss)
            case .destination(let error) where error.isDestinationTrouble: return try hold(error)
            case .destination(let error):
                lease.end()
                try queue.release(claim)
                log.error("the database cannot take imports", metadata: ["error": "\(error)"])
                return .unusable(error)
            }
        }
    }

    /// An ending that Redis refuses is an ending of its own.
    private func ending(_ ending: () throws(QueueError) -> RunEnd) -> RunEnd {
        do { return try ending() } catch { return end(after: error) }
    }
}
