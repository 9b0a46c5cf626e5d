import Catalogue
import Queue

extension StatusReport {
    /// Columns of the longest trouble in a list; the rest is cut off.
    private static let troubleColumns = 72

    /// One line per relocation. Without a final line end.
    ///
    /// - Parameter now: milliseconds since 1970; Redis' clock counts if the workers were asked for
    public static func table(_ reports: [StatusReport], now: Int64 = Timestamp.now()) -> String {
        let head = ["UUID", "KIND", "SCOPE", "DESTINATION", "STATUS", "AGE", "PROGRESS", "WORKER", "FILE", "TROUBLE"]
        return TextTable.lines([head] + reports.map { $0.cells(now) }, leftAligned: [1, 2, 3, 4, 7, 8, 9])
            .joined(separator: "\n")
    }

    private func cells(_ now: Int64) -> [String] {
        let age = max(0, (workforce?.now ?? now).saturatedSubtracting(status.createdAt))
        return [
            status.uuid, kind, PlainText.line(status.scope), PlainText.line(status.destinationName),
            PlainText.line(stateText),
            status.createdAt > 0 ? Age.text(age) : "", status.isUploading ? "upload" : "\(percent) %",
            PlainText.line(status.owner), PlainText.line(status.sourceName),
            String(PlainText.line(hindrance(now: now, time: Timestamp.local)).prefix(Self.troubleColumns)),
        ]
    }

    package var stateText: String { status.endedBy.map { "FAILURE (\($0.rawValue))" } ?? status.status.rawValue }

    /// What an operator should know: what failed, what keeps it waiting, what it was asked.
    ///
    /// - Parameter time: how a time is written
    package func hindrance(now: Int64, time: (Int64) -> String? = Timestamp.optional) -> String {
        if status.status == .failure { return status.endedBy == nil ? status.failureReason : "" }
        switch situation(now: now) {
        case .held, .unserved, .quiet, .orphaned, .needs, .abandoned:
            // A line has no room for an address.
            var plain = status
            plain.destinationAddress = ""
            return situation(now: now).words(plain, time: time) ?? ""
        case .leased, .uploading, .backingOff, .waiting, .settled: return trouble
        }
    }
}

/// How long ago something was, in two figures at most.
package enum Age {
    /// `12s`, `5m`, `3h`, `14d`
    package static func text(_ milliseconds: Int64) -> String {
        switch milliseconds / 1_000 {
        case let seconds where seconds < 60: "\(seconds)s"
        case let seconds where seconds < 3_600: "\(seconds / 60)m"
        case let seconds where seconds < 172_800: "\(seconds / 3_600)h"
        case let seconds: "\(seconds / 86_400)d"
        }
    }
}
