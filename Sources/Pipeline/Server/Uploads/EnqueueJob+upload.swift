internal import Cutting
internal import ExportFormat
internal import Operations
internal import Queue
internal import TaskFormat
internal import Traces

extension EnqueueJob {
    /// What is done once the file is read, before anything is queued.
    typealias Acceptance = (inout EnqueueJob, ExportSurvey) throws -> Void

    /// Takes the server's key if the file is an encrypted tarball.
    mutating func takeKey(_ key: TarballOpener?) throws {
        do throws(ExportError) { _ = try open() } catch {
            if error.kind == .badKey { opener = key }
        }
    }

    /// Checks the whole file and queues it. Returns whether it was not queued before.
    func enqueue(_ configuration: QueueConfiguration, accepting: Acceptance = { _, _ in }) throws -> Bool {
        try Traces.span(.enqueue) { try ordered(configuration, accepting) }
    }

    private func ordered(_ configuration: QueueConfiguration, _ accepting: Acceptance) throws -> Bool {
        try EnqueueJob.ask(configuration)
        guard options.relocate != nil else { return try queueAll(try open(), configuration, accepting) }
        var job = self
        let (source, report) = try job.scanned()
        job.scan = report
        guard let source, report.refusal == nil else {
            if options.plans {
                throw OperationError(.badData, "The scan would refuse this relocation: \(report.refusal ?? "")")
            }
            // What the scan refuses is queued, too: a worker records the refusal.
            return Self.isNew(try job.queueRefused(configuration, observer: Observer()))
        }
        return try job.queueAll(source, configuration, accepting)
    }

    private func queueAll(
        _ source: ExportSource, _ configuration: QueueConfiguration, _ accepting: Acceptance
    ) throws -> Bool {
        var job = self
        let survey = try job.check(source) { _ in }
        try accepting(&job, survey)
        return Self.isNew(try job.queue(source, survey, configuration))
    }

    private static func isNew(_ outcome: Outcome) -> Bool {
        switch outcome {
        case .queued: true
        case .already: false
        }
    }
}
