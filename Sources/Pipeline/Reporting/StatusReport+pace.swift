import Catalogue
package import Queue

// How fast it goes, and how long it takes.
extension StatusReport {
    /// Seconds since it was first claimed, to its end or until now; nil if it never was.
    package func elapsedSeconds(now: Int64) -> Int? {
        guard status.startedAt > 0 else { return nil }
        let end = status.completedAt > 0 ? status.completedAt : workforce?.now ?? now
        return Int(max(0, end.saturatedSubtracting(status.startedAt)) / 1_000)
    }

    /// What the worker that holds it says of its work.
    package var slotWork: SlotWork? {
        workforce?.worker(named: status.owner)?.slots.first { $0.uuid == status.uuid }
    }

    /// Rows per second since its worker took it; nil if nobody works on it.
    package var rowsPerSecond: Double? {
        guard let work = slotWork, work.rows > 0, work.milliseconds > 0 else { return nil }
        return Double(work.rows) * 1_000 / Double(work.milliseconds)
    }

    /// Seconds left at that rate; nil if there is none.
    package var remainingSeconds: Int? {
        guard let rowsPerSecond, let work = slotWork else { return nil }
        // Rows of a transaction that is still open are not accounted for yet.
        let left = status.rowsSource.saturatedSubtracting(max(rowsDone, work.rows))
        let seconds = Double(max(0, left)) / rowsPerSecond
        return seconds < 1_000_000 ? Int(seconds.rounded(.up)) : nil
    }

    /// `512 rows/s, 0:10 left; at sentry.user from row 21, 20 rows`
    var paceText: String? {
        let parts = [
            rowsPerSecond.map { "\(Int($0.rounded())) rows/s" },
            remainingSeconds.map { "\(ProgressBar.duration($0)) left" },
        ].compactMap { $0 }
        let task = slotWork.flatMap { $0.task.isEmpty ? nil : "at \($0.task)" }
        return ([parts.joined(separator: ", "), task ?? ""].filter { !$0.isEmpty }).joined(separator: "; ")
    }

    /// 0 to 100, by tasks: they are counted while one transaction holds them all, too.
    package var percent: Int {
        if status.status == .success { return 100 }
        guard status.chunksTotal > 0 else { return 0 }
        return Int(min(100, max(0, Double(status.chunksDone) * 100 / Double(status.chunksTotal))))
    }

    var paceMembers: [String: JSONValue] {
        let now = Timestamp.now()
        return [
            "elapsedSeconds": elapsedSeconds(now: now).map { JSONValue($0) } ?? .null,
            "rowsPerSecond": rowsPerSecond.map { .number(($0 * 10).rounded() / 10) } ?? .null,
            "remainingSeconds": remainingSeconds.map { JSONValue($0) } ?? .null,
        ]
    }
}
