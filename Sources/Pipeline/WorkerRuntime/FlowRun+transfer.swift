import Catalogue
import Cutting
import ExportFormat
import Failpoints
import Flow
import Import
import Intake
import Queue
import Relocation
import Steps
import Storage
import TaskFormat
import Traces

internal import Logging

/// A relocation between installations: a worker of another destination sends the export, this one scans and cuts it.
extension FlowRun {
    /// For people, while it waits.
    private var asking: String {
        "waits for the export by a worker of \(request.source ?? ""): see `status \(exportUUID)`"
    }

    private var exportUUID: String { FlowTransfer.exportUUID(of: uuid) }

    // MARK: Asking

    /// Queues the export for the other destination's workers.
    func askForExport(_ key: [UInt8]) throws {
        guard let source = request.source, held.claim.status.delivered == 0 else { return }
        var export = NewRelocation(uuid: exportUUID, scope: context.scope.rawValue)
        export.destination = try DestinationName(source)
        export.sourceName = "organizations for the relocation \(uuid)"
        export.enqueuedBy = held.claim.status.enqueuedBy
        export.toolVersion = ToolVersion.current
        export.traceParent = Traces.parent
        var options = RelocationOptions()
        options.exports = ExportRequest(
            relocation: uuid, organizations: request.organizations, publicKey: String(decoding: key, as: UTF8.self))
        export.options = options.json
        try queue(export)
    }

    private func queue(_ export: NewRelocation) throws {
        var begun = try begin(export)
        if case .exists(let status) = begun, status.options != export.options || Self.hasEnded(status) {
            guard Self.hasEnded(status) else {
                _ = try held.queue.cancel(export.uuid, by: turn.settings.name)
                throw FlowInterruption.notYet("an earlier export for this UUID has to end first")
            }
            begun = try begin(export, replacing: true)
        }
        guard case .staged(let token) = begun else { return }
        try Failpoint.reach("flow.export.begun")
        let task = QueueTask.following(.export, export.scope)
        try held.queue.push([task], uuid: export.uuid, token: token)
        try held.queue.publish(uuid: export.uuid, token: token, chunksTotal: 1)
        try Failpoint.reach("flow.export.asked")
    }

    private static func hasEnded(_ status: RelocationStatus) -> Bool {
        [.success, .failure].contains(status.status)
    }

    private func begin(_ export: NewRelocation, replacing: Bool = false) throws -> Begin {
        do throws(QueueError) { return try held.queue.begin(export, replacing: replacing) } catch {
            guard error.kind == .conflict else { throw error }
            // A worker that asked for it is gone; its upload lease is not over.
            throw FlowInterruption.notYet("a worker was lost while it asked for the export")
        }
    }

    // MARK: Waiting

    /// Before the task that needs the export: how the claim ends if it is not there yet; nil if it is.
    func awaitExport(_ task: FlowTask) throws -> RunEnd? {
        let status = held.claim.status
        guard task == .uploadingComplete, request.source != nil, status.delivered == 0 else { return nil }
        let next = "then relocate again: relocation-enqueue relocate --again \(uuid)"
        switch FlowTransfer(try export(), now: status.updatedAt) {
        case .wait(let milliseconds): return try held.wait(milliseconds, for: asking)
        case .timedOut:
            // Nobody needs it any more. If it has just ended, that is as good.
            _ = try? held.queue.cancel(exportUUID, by: turn.settings.name)
            return try refuseWaiting(
                FlowReason.exportTimedOut,
                "no worker of \(request.source ?? "") has exported it within an hour: let one run, \(next)")
        case .failed(let reason):
            return try refuseWaiting(
                FlowReason.uploading,
                "the export \(exportUUID) has failed: \(reason). Retry it, then this relocation; or \(next)")
        case .gone:
            return try refuseWaiting(FlowReason.uploading, "Redis does not know the export any more: \(next)")
        }
    }

    private func export() throws -> RelocationStatus? {
        do throws(QueueError) { return try held.queue.status(exportUUID) } catch {
            guard error.kind == .notFound else { throw error }
            return nil
        }
    }

    // MARK: Receiving

    /// The export is there, and the destination's record tells.
    func receiveExport() throws -> Refusal? {
        guard request.source != nil else { return nil }
        guard try held.queue.part(held.claim, held.claim.status.delivered - 1) != nil else { return Self.lostExport }
        try storage { () throws(StorageError) in try tables.addFile(now: WallClock.now()) }
        return nil
    }

    private static let lostExport = Refusal(
        reason: FlowReason.uploading,
        trouble: "the export that was delivered is gone from Redis: relocate again, with --again")

    /// What the scan of the export decides.
    func scanExport(_ key: [UInt8]) throws -> ScanReport {
        let source: ExportSource
        do {
            guard let opened = try received(key) else {
                return ScanReport(refusal: FlowReason.uploading, explanation: Self.lostExport.trouble)
            }
            source = opened
        } catch let error as ExportError {
            return try spooling { () throws(ExportError) in try FileScan.refusal(error, FlowReason.invalidTarball) }
        }
        return try spooling { () throws(ExportError) in try FileScan.report(source, request) }
    }

    /// The export in a temporary file, opened; nil if parts of it are gone.
    private func received(_ key: [UInt8]) throws -> ExportSource? {
        if let file { return file }
        let parcel = try ExportParcel()
        for index in 0..<held.claim.status.delivered {
            try checkInterruption()
            turn.heartbeat.beat()
            guard let part = try held.queue.part(held.claim, index) else { return nil }
            try parcel.append(part)
        }
        file = try parcel.open(.privateKey(key), catalogue: turn.settings.destination.catalogue)
        return file
    }

    /// Cuts the export and queues its rows, behind the tasks that come before them. What another worker has queued is
    /// queued anew.
    func queueRows(_ key: [UInt8]) throws -> Refusal? {
        guard request.source != nil, let options = RelocationOptions(json: held.claim.status.options) else {
            return nil
        }
        do {
            guard let source = try received(key) else { return Self.lostExport }
            let survey = try source.survey(
                scope: context.scope, filter: .organizationSlugs(Set(request.organizations)),
                chunkSize: options.chunkSize, versions: VersionPolicy(text: options.versions)
            ) { [heartbeat = turn.heartbeat] _ in heartbeat.beat() }
            var facts = NewRelocation(uuid: uuid, scope: context.scope.rawValue)
            facts.describe(survey)
            try held.queue.receive(held.claim, facts, keeping: FlowTask.preprocessingTransfer.countBeforeRows)
            try append(source, survey)
            return nil
        } catch let error as ExportError where error.kind == .badData || error.kind == .tooLarge {
            return Refusal(
                reason: FlowReason.preprocessing, trouble: error.description,
                findings: error.finding.map { [$0.json()] } ?? [])
        } catch let error as ExportError {
            throw Self.passing(error)
        }
    }

    private func append(_ source: ExportSource, _ survey: ExportSurvey) throws {
        var batch = TaskBatch(of: uuid, turn.settings.payloadKeys) { [held] tasks in
            try Failpoint.reach("flow.rows.append")
            _ = try held.queue.acknowledge(held.claim, tasks: 0, followUps: tasks)
        }
        try source.cut(survey) { chunk in
            try checkInterruption()
            turn.heartbeat.beat()
            try batch.add(.chunk, chunk)
        }
        try batch.add(.finish, context.scope.rawValue)
        _ = try batch.finish()
    }

    /// Trouble of a temporary file passes.
    private static func passing(_ error: ExportError) -> ImportFailure {
        .transient(StorageError(.contention, error.description))
    }

    private func spooling<Result>(_ body: () throws(ExportError) -> Result) throws -> Result {
        do { return try body() } catch { throw Self.passing(error) }
    }
}
