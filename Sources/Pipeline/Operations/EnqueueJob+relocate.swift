import Catalogue
package import ExportFormat
import Flow
import Intake
package import Queue
package import TaskFormat

extension EnqueueJob {
    /// Makes it a relocation with steps, with the usual limits of the scan.
    ///
    /// - Parameter step: where it pauses; nil: nowhere. False if it is no step at which a relocation can pause.
    package mutating func relocate(
        owner: String, creator: String?, organizations: [String], pausingAt step: String?
    ) -> Bool {
        if let step {
            guard let known = RelocationStep.named(step), known.isAfter(.uploading) else { return false }
            autopause = known
        }
        options.hideOrganizations = true
        options.relocate = RelocateRequest(
            owner: owner, creator: creator, organizations: organizations,
            maxOrganizations: FlowScan.organizationLimit, maxUsers: FlowScan.userLimit)
        return true
    }
}

/// What a relocation with steps does before the file's rows.
extension EnqueueJob {
    /// Opens the file and scans it as the reference does. A file that cannot be opened or read is refused by the scan; throws
    /// only if that says nothing of the file.
    package func scanned() throws(ExportError) -> (source: ExportSource?, report: ScanReport) {
        let source: ExportSource
        do throws(ExportError) { source = try open() } catch {
            // Without any key nobody has tried to decrypt it.
            if error.kind == .badKey, opener == nil { throw error }
            return (nil, try FileScan.refusal(isTarball(error) ? error : error.asBadData, FlowReason.invalidTarball))
        }
        guard let request = options.relocate else { return (source, ScanReport()) }
        return (source, try FileScan.report(source, request))
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

    /// Queues a relocation that its scan has refused, without any row: a worker records the refusal where people look for it.
    package func queueRefused(_ configuration: QueueConfiguration, observer: Observer) throws -> Outcome {
        try traced {
            try queueSteps(
                FlowTask.beforeRows.filter { $0.step == .uploading || $0 == .preprocessingScan }, configuration,
                observer)
        }
    }

    /// Queues a relocation whose export a worker of another destination sends. It is sealed for a key that is made here and
    /// stays with the tasks that need it.
    package func queueTransfer(_ configuration: QueueConfiguration, observer: Observer) throws -> Outcome {
        var job = self
        job.transferKey = try KeyPair(bits: Self.transferKeyBits)
        return try traced { try job.queueSteps(FlowTask.beforeRows, configuration, observer) }
    }

    private static let transferKeyBits = 2048

    /// Queues tasks without rows.
    private func queueSteps(
        _ steps: [FlowTask], _ configuration: QueueConfiguration, _ observer: Observer
    ) throws -> Outcome {
        let queue = RetryingQueue(
            try RelocationQueue(configuration), limitMilliseconds: outageLimitMilliseconds,
            isInterrupted: observer.isInterrupted)
        let destination = try queue.destination(destination)
        observer.willStage()
        switch try begin(queue, emptyRelocation()) {
        case .already(let status): return .already(status)
        case .staged(let token):
            do {
                var batch = queue.batch(of: uuid, token, keyring)
                try addTasks(steps, to: &batch)
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
        for task in tasks { try batch.add(.flow, task.rawValue, payload: payload(of: task)) }
    }

    private func payload(of task: FlowTask) -> [UInt8] {
        switch task {
        case .uploadingStart: transferKey?.publicPEM ?? []
        case .preprocessingScan: transferKey?.privatePEM ?? scan?.bytes ?? []
        case .preprocessingTransfer: transferKey?.privatePEM ?? []
        default: []
        }
    }
}

extension ExportError {
    /// The same as a fault of the file.
    fileprivate var asBadData: ExportError { ExportError(.badData, message, place: place) }
}
