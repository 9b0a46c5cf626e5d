import Catalogue
import ExportFormat
import Extraction
import Failpoints
import Flow
import Import
import Queue
import Storage
import TaskFormat

/// Exports organizations for a relocation of another destination: into a temporary file, sealed for that relocation alone, and
/// from there to Redis in parts. A take-over begins again; what was delivered is not sent twice.
struct TransferRun {
    let turn: Turn
    let request: ExportRequest

    private var held: HeldClaim { turn.held }

    func run() throws -> RunEnd {
        do {
            if let end = try work() { return end }
            return try held.complete()
        } catch {
            turn.destination.rollback()
            if turn.stop.isRequested { return try held.release("the worker stops") }
            if held.lease.isHeld, held.lease.request != .none { return try held.release(for: held.lease.request) }
            let end = held.end(after: error)
            // If that fails, the relocation looks again by itself.
            if case .failed = end { try? held.queue.wake(request.relocation) }
            return end
        }
    }

    /// Returns how the claim has ended; nil if all is done.
    private func work() throws -> RunEnd? {
        switch try receiver() {
        case nil: return try held.fail(Self.finding("the relocation \(request.relocation) that asked for it has ended"))
        case .some(let status) where status.delivered > 0: break
        default: try send(try parcel())
        }
        // It is delivered: nothing is left to stop.
        _ = try FlowMetrics.timed(.acknowledge) { try held.queue.acknowledge(held.claim, tasks: 1) }
        return nil
    }

    /// The relocation that gets the export; nil if it needs none any more.
    private func receiver() throws -> RelocationStatus? {
        do throws(QueueError) {
            let status = try held.queue.status(request.relocation)
            return [.inProgress, .paused].contains(status.status) ? status : nil
        } catch {
            guard error.kind == .notFound else { throw error }
            return nil
        }
    }

    private static func finding(_ reason: String, _ kind: Finding.Kind = .unknown) -> Finding {
        Finding(kind: kind, model: nil, reason: reason)
    }

    // MARK: Exporting

    private func parcel() throws -> ExportParcel {
        watchInterruption()
        do {
            let parcel = try ExportParcel()
            let seal = try TarballSeal(publicKeyPEM: Array(request.publicKey.utf8))
            let extraction = Extraction(
                from: turn.destination, turn.settings.destination.catalogue, scope: .organizations,
                selection: .organizationSlugs(Set(request.organizations.map { Array($0.utf8) })))
            let progress = TransactionProgress(held)
            _ = try extraction.run(to: ExportWriter(to: try parcel.sink(seal), .compact)) { model, rows in
                turn.heartbeat.beat()
                // What fails here is met again at the next call.
                _ = try? progress.show(rows: rows, doing: "exports \(model)")
            }
            return parcel
        } catch let error as ExtractionError {
            switch error {
            case .storage(let error): throw turn.failure(error)
            case .export(let error): throw Self.failure(error)
            }
        } catch let error as ExportError {
            throw Self.failure(error)
        }
    }

    /// A row that no export can hold, or a key that seals nothing, stays so; a full disk does not.
    private static func failure(_ error: ExportError) -> ImportFailure {
        if let finding = error.finding { return .permanent(finding) }
        if error.kind == .badKey { return .permanent(finding(error.description)) }
        return .transient(StorageError(.contention, error.description))
    }

    /// From now on no statement runs if the worker must stop or an operator asks for the export.
    private func watchInterruption() {
        let watch = turn.destination.region.beforeStatement
        let (stop, lease) = (turn.stop, held.lease)
        turn.destination.setBeforeStatement { () throws(StorageError) in
            try watch?()
            guard stop.isRequested || lease.request != .none else { return }
            throw StorageError(.contention, "the export was interrupted")
        }
    }

    // MARK: Sending

    private func send(_ parcel: ExportParcel) throws {
        var parts = 0
        try parcel.forEachPart(RelocationQueue.partBytes) { bytes in
            turn.heartbeat.beat()
            try Failpoint.reach("transfer.part")
            _ = try held.queue.sendPart(held.claim, to: request.relocation, after: parts, bytes)
            parts += 1
        }
        try Failpoint.reach("transfer.deliver.before")
        try held.queue.deliver(held.claim, to: request.relocation, parts: parts)
        try Failpoint.reach("transfer.deliver.after")
    }
}
