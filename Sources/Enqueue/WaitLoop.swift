import CommandLine
import Reporting
import Glibc
import Queue

/// Waits until a relocation has ended and draws its progress.
struct WaitLoop {
    private let uuid: String
    private let configuration: QueueConfiguration
    private let console: Console
    private var printer = ProgressPrinter(.standardError)
    private var meter: ProgressMeter?
    private var outage = RedisOutage()
    /// Since when no worker serves the destination: milliseconds; nil while one does, or once it was said.
    private var unservedSince: Int64?
    private var hasSaidUnserved = false

    /// Milliseconds between two polls.
    private static let pollMilliseconds: UInt32 = 200
    /// Milliseconds for which no worker must be there before that is said: one that starts shows itself within a second.
    private static let unservedMilliseconds: Int64 = 2_000
    /// Milliseconds for which Redis may stay away meanwhile: a restart may load much data.
    private static let outageMilliseconds: Int64 = 600_000

    init(uuid: String, configuration: QueueConfiguration, console: Console) {
        self.uuid = uuid
        self.configuration = configuration
        self.console = console
    }

    /// - Parameter findings: takes the final findings
    mutating func run(_ findings: FindingsFile?) throws {
        let report = try wait { $0.hasEnded }
        let status = report.status
        try findings?.write(report.findingsFile)
        console.draw(report.text(color: Terminal.standardError.usesColor) + "\n")
        if status.failureCause == .otherImport || status.failureCause == .brokenPlan {
            throw CommandFailure(.badData, status.failureReason)
        }
        if status.failureCause == .unknownImport { throw CommandFailure(.noInput, status.failureReason) }
        if status.status != .success {
            throw CommandFailure(.failure, "The relocation \(uuid) ended as \(status.status.rawValue).")
        }
    }

    /// Waits until no undo goes on; its result is for the caller to tell.
    mutating func waitForUndo() throws -> StatusReport { try wait { $0.undoHasEnded } }

    /// Waits until the relocation has ended; its result is for the caller to tell.
    mutating func waitForEnd() throws -> StatusReport { try wait { $0.hasEnded || $0.schemaTrouble != nil } }

    /// Waits until it is known whether the plan that the import holds to still holds. Throws if it does not.
    ///
    /// - Parameter findings: takes the findings then
    mutating func waitForPlan(_ findings: FindingsFile?) throws {
        let report = try wait { $0.status.plan.holds || $0.hasEnded || $0.status.status == .paused }
        guard report.status.failureCause == .brokenPlan else { return }
        try findings?.write(report.findingsFile)
        throw CommandFailure(.badData, report.status.failureReason)
    }

    private mutating func wait(until hasEnded: (StatusReport) -> Bool) throws -> StatusReport {
        let queue = try RelocationQueue(configuration)
        Interruption.noteFirstSignal()
        while true {
            if let report = try poll(queue) {
                if hasEnded(report) {
                    console.draw(printer.finish())
                    return report
                }
                show(report)
                sayIfUnserved(report)
            }
            try throwIfInterrupted()
            usleep(Self.pollMilliseconds * 1000)
        }
    }

    /// Nil if Redis does not answer at the moment.
    private mutating func poll(_ queue: RelocationQueue) throws -> StatusReport? {
        do throws(QueueError) {
            let report = try read(queue)
            if let back = outage.end() { say(back) }
            return report
        } catch {
            if error.kind == .notFound { throw RedisOutage.forgotten(uuid) }
            if let notice = try outage.note(error, at: Self.now()) { say(notice) }
            if let since = outage.since, Self.now() - since > Self.outageMilliseconds { throw error }
            return nil
        }
    }

    /// Reads the renamed rows at the end only.
    private func read(_ queue: RelocationQueue) throws(QueueError) -> StatusReport {
        let report = StatusReport(try queue.status(uuid))
        if report.hasEnded { return StatusReport(report.status, renamed: try queue.renamedRows(uuid)) }
        if hasSaidUnserved { return report }
        return StatusReport(report.status, renamed: nil, workforce: try queue.workforce())
    }

    private mutating func say(_ text: String) {
        console.draw(printer.finish())
        console.warn(text)
    }

    private mutating func show(_ report: StatusReport) {
        var current = meter ?? ProgressMeter(total: report.rowsExpected)
        current.update(done: report.rowsDone, at: Self.now())
        meter = current
        console.draw(printer.update(current, at: Self.now()))
    }

    /// Says once that nobody will take the relocation.
    private mutating func sayIfUnserved(_ report: StatusReport) {
        guard !hasSaidUnserved, let problem = report.lackOfWorkers else {
            unservedSince = nil
            return
        }
        let since = unservedSince ?? Self.now()
        unservedSince = since
        guard Self.now() - since >= Self.unservedMilliseconds else { return }
        hasSaidUnserved = true
        say(problem)
    }

    private mutating func throwIfInterrupted() throws(CommandFailure) {
        guard Interruption.isRequested else { return }
        console.draw(printer.finish())
        throw CommandFailure(
            .interrupted,
            "Stopped waiting. The relocation goes on; follow it with: relocation-enqueue status \(uuid)")
    }

    private static func now() -> Int64 { MonotonicClock.milliseconds() }
}
