import CommandLine
import ExportFormat
import Cutting
import Glibc
import Reporting

/// Shows on a terminal how much of a long file is read.
final class ReadingProgress {
    private let console: Console
    private let start = ReadingProgress.now()
    private var printer = ProgressPrinter(.standardError)
    /// Nil if nothing is to be shown.
    private var meter: ProgressMeter?

    /// Milliseconds after which a file counts as long.
    private static let patience: Int64 = 1000
    /// Milliseconds between two looks at the bar.
    private static let interval: Int64 = 200
    private var drawnAt: Int64 = 0

    convenience init(_ source: ExportSource, filtered: Bool, _ console: Console) {
        self.init(bytes: source.expectedBytes(filtered: filtered), console)
    }

    /// - Parameter bytes: what will be read, approximately; nil if that is unknown: then nothing is shown
    init(bytes: Int64?, _ console: Console) {
        self.console = console
        guard Terminal.standardError.isTerminal, let bytes else { return }
        meter = ProgressMeter(total: Self.megabytes(bytes), unit: "MB")
    }

    /// Reads with a bar, and removes it afterwards.
    func during<Result, Failure: Error>(
        _ read: (@escaping (Int64) -> Void) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        defer { console.draw(printer.finish()) }
        return try read { self.update($0) }
    }

    private func update(_ bytes: Int64) {
        guard var current = meter else { return }
        let now = Self.now()
        guard now - start >= Self.patience, now - drawnAt >= Self.interval else { return }
        drawnAt = now
        current.update(done: Self.megabytes(bytes), at: now)
        meter = current
        console.draw(printer.update(current, at: now))
    }

    private static func megabytes(_ bytes: Int64) -> Int { Int(bytes / 1_000_000) }

    private static func now() -> Int64 {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return Int64(time.tv_sec) * 1000 + Int64(time.tv_nsec) / 1_000_000
    }
}
