internal import ExportFormat
internal import Operations
internal import Queue
internal import TaskFormat

extension EnqueueJob {
    /// Takes the server's key if the file is an encrypted tarball.
    mutating func takeKey(_ key: TarballOpener?) throws {
        do throws(ExportError) { _ = try open() } catch {
            if error.kind == .badKey { opener = key }
        }
    }

    /// Checks the whole file and queues it. Returns whether it was not queued before.
    func enqueue(_ configuration: QueueConfiguration) throws -> Bool {
        try EnqueueJob.ask(configuration)
        guard options.relocate != nil else { return try queueAll(try open(), configuration) }
        var job = self
        let (source, report) = try job.scanned()
        job.scan = report
        // What the scan refuses is queued, too: a worker records the refusal.
        guard let source, report.refusal == nil else {
            return Self.isNew(try job.queueRefused(configuration, observer: Observer()))
        }
        return try job.queueAll(source, configuration)
    }

    private func queueAll(_ source: ExportSource, _ configuration: QueueConfiguration) throws -> Bool {
        let survey = try check(source) { _ in }
        return Self.isNew(try queue(source, survey, configuration))
    }

    private static func isNew(_ outcome: Outcome) -> Bool {
        switch outcome {
        case .queued: true
        case .already: false
        }
    }
}
