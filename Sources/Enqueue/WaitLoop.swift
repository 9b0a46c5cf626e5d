import CommandLine
import Reporting
import Glibc
import Queue

/// Waits until a relocation has ended and draws its progress.
struct WaitLoop {
    let uuid: String
    let configuration: QueueConfiguration
    let voice: Voice

    /// Milliseconds between two polls.
    private static let pollMilliseconds: UInt32 = 200
    /// Milliseconds for which Redis may stay away meanwhile.
    private static let outageMilliseconds: Int64 = 30_000

    /// - Parameter findings: takes the final findings
    func run(_ findings: FindingsFile?) throws {
        let status = try waitForEnd()
        let report = StatusReport(status)
        try findings?.write(report.findingsFile)
        voice.draw(report.text(color: Terminal.standardError.usesColor) + "\n")
        if status.status != .success {
            throw CommandFailure(.failure, "The relocation \(uuid) ended as \(status.status.rawValue).")
        }
    }

    private func waitForEnd() throws -> RelocationStatus {
        let queue = try RelocationQueue(configuration)
        var printer = ProgressPrinter(.standardError)
        var meter: ProgressMeter?
        var awaySince: Int64?
        Interruption.keep()
        while true {
            do throws(QueueError) {
                let status = try queue.status(uuid)
                awaySince = nil
                if StatusReport(status).hasEnded {
                    voice.draw(printer.finish())
                    return status
                }
                var current = meter ?? ProgressMeter(total: status.rowsSource)
                current.update(done: StatusReport(status).rowsDone, at: Self.now())
                meter = current
                voice.draw(printer.update(current, at: Self.now()))
            } catch {
                guard error.isTransient else { throw error }
                awaySince = awaySince ?? Self.now()
                if Self.now() - (awaySince ?? 0) > Self.outageMilliseconds { throw error }
            }
            if Interruption.isRequested {
                voice.draw(printer.finish())
                throw CommandFailure(
                    .interrupted,
                    "Stopped waiting. The relocation goes on; follow it with: relocation-enqueue status \(uuid)")
            }
            usleep(Self.pollMilliseconds * 1000)
        }
    }

    private static func now() -> Int64 {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return Int64(time.tv_sec) * 1000 + Int64(time.tv_nsec) / 1_000_000
    }
}
