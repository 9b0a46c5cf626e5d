import Catalogue
package import ExportFormat
import Flow
package import Queue
package import TaskFormat

/// What a relocation with steps does before the file's rows.
extension EnqueueJob {
    /// Opens the file and scans it as the reference does. A file that cannot be opened or read is refused by the scan; throws
    /// only if that says nothing of the file.
    package func scanned() throws(ExportError) -> (source: ExportSource?, report: ScanReport) {
        let source: ExportSource
        do throws(ExportError) { source = try open() } catch {
            // Without any key nobody has tried to decrypt it.
            if error.kind == .badKey, opener == nil { throw error }
            return (nil, try Self.refusal(isTarball(error) ? error : error.asBadData, FlowReason.invalidTarball))
        }
        return (source, try scan(source))
    }

    private func scan(_ source: ExportSource) throws(ExportError) -> ScanReport {
        guard let request = options.relocate else { return ScanReport() }
        var pass = ScanPass(source)
        let facts: ScanFacts
        do throws(ScanPass.Fault) { facts = try pass.run() } catch {
            switch error {
            case .file(let error): return try Self.refusal(error, FlowReason.decryption)
            case .invalidJSON(let place):
                return ScanReport(
                    refusal: FlowReason.invalidJSON,
                    explanation: "\(place): a key that every row of its model has is missing")
            case .inner(let problem): return ScanReport(refusal: FlowReason.preprocessing, explanation: problem)
            }
        }
        var decision = FlowScan(wanted: request.organizations)
        decision.maxOrganizations = request.maxOrganizations
        decision.maxUsers = request.maxUsers
        switch decision.decide(facts) {
        case .accepted(let usernames): return ScanReport(usernames: usernames)
        case .refused(let reason): return ScanReport(refusal: reason, explanation: Self.explanation)
        case .unordered:
            return ScanReport(
                refusal: FlowReason.preprocessing, explanation: "some users of these organizations have no name")
        }
    }

    /// Whether the file is an encrypted tarball at all: with a key, another file is refused as one with a wrong key.
    private func isTarball(_ error: ExportError) -> Bool {
        guard error.kind == .badKey else { return true }
        do throws(ExportError) {
            _ = try ExportSource.open(path: source, limits: .standard, catalogue: .standard)
            return false
        } catch {
            return error.kind == .badKey
        }
    }

    private static let explanation = "correct --orgs, or the export, and relocate again under a new UUID"

    private static func refusal(_ error: ExportError, _ reason: String) throws(ExportError) -> ScanReport {
        switch error.kind {
        case .badKey: ScanReport(refusal: FlowReason.decryption, explanation: error.description)
        case .badData, .tooLarge: ScanReport(refusal: reason, explanation: error.description)
        case .notFound, .unreadable, .permission, .cannotSpool, .cannotCreate, .changed, .badFilter, .tooSlow,
            .outOfMemory:
            throw error
        }
    }

    /// Queues a relocation that its scan has refused, without any row: a worker records the refusal where people look for it.
    package func queueRefused(_ configuration: QueueConfiguration, observer: Observer) throws -> Outcome {
        let queue = RetryingQueue(
            try RelocationQueue(configuration), limitMilliseconds: outageLimitMilliseconds,
            isInterrupted: observer.isInterrupted)
        let destination = try queue.destination(destination)
        observer.willStage()
        switch try begin(queue, emptyRelocation()) {
        case .already(let status): return .already(status)
        case .staged(let token):
            do {
                var batch = TaskBatch(queue: queue, uuid: uuid, token: token, keyring: keyring)
                try addTasks(
                    FlowTask.beforeRows.filter { $0.step == .uploading || $0 == .preprocessingScan }, to: &batch)
                let tasks = try batch.finish()
                try queue.publish(uuid: uuid, token: token, chunksTotal: tasks)
                return .queued(tasks: tasks, destination: destination)
            } catch {
                // If the removal fails too, the next enqueue of this UUID replaces the rest. Workers never see it.
                _ = try? queue.queue.abandon(uuid: uuid, token: token)
                throw error
            }
        }
    }

    func addTasks(_ tasks: [FlowTask], to batch: inout TaskBatch) throws {
        for task in tasks {
            let payload = task == .preprocessingScan ? scan?.bytes ?? [] : []
            try batch.add(.flow, task.rawValue, payload: payload)
        }
    }
}

extension ExportError {
    /// The same as a fault of the file.
    fileprivate var asBadData: ExportError { ExportError(.badData, message, place: place) }
}
