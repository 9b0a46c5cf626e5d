public import Queue

/// What happened to a relocation, for people and scripts.
public struct HistoryReport: Sendable {
    package let entries: [HistoryEntry]

    /// - Parameter entries: what `RelocationQueue.history` gives
    public init(_ entries: [HistoryEntry]) { self.entries = entries }

    /// One line per entry, the oldest first. Without a final line end.
    public var text: String {
        TextTable.lines(
            [["TIME", "WHAT", "BY", ""]]
                + entries.map { entry in
                    [Timestamp.local(entry.at) ?? "", entry.words, entry.by, entry.more(Timestamp.local)].map(
                        PlainText.line)
                }, leftAligned: [1, 2, 3]
        ).joined(separator: "\n")
    }

    /// A list of objects, the oldest first, without a final line end.
    public var json: String { JSONValue.list(entries.map(\.value)).prettyText }
}

extension HistoryEntry {
    /// What this version calls it; the word itself if it is of a newer one.
    package var words: String { Self.allWords[what] ?? what }

    private static let allWords = [
        "uploading": "upload began", "enqueued": "enqueued", "started": "started", "claimed": "claimed",
        "takenOver": "taken over", "bound": "bound to a database", "postponed": "attempt failed", "failed": "failed",
        "completed": "completed", "released": "released", "requeued": "time slice ended", "awaiting": "waiting",
        "leftAlone": "left alone",
        "retried": "retried", "recovered": "recovered", "begun": "task begun", "pausePlanned": "pause planned",
        "cancelPlanned": "cancel planned", "replaced": "file replaced", "skipped": "skipped",
        "pauseRequested": "pause requested",
        "paused": "paused",
        "pauseWithdrawn": "pause withdrawn", "unpaused": "unpaused", "cancelRequested": "cancel requested",
        "cancelled": "cancelled", "aborted": "aborted", "deleted": "tasks deleted",
        "undoRequested": "undo requested", "undoPlanned": "undo counted", "undoRefused": "undo refused",
        "undoWithdrawn": "undo withdrawn", "undone": "undone", "omitted": "left out here",
    ]

    /// - Parameter time: how a time is written
    package func more(_ time: (Int64) -> String?) -> String {
        let parts = [
            times > 1 ? "\(times) times" + (time(since ?? 0).map { " since \($0)" } ?? "") : nil,
            attempt.map { "attempt \($0)" }, delay.map { "next in \(($0 + 999) / 1_000) s" },
        ].compactMap { $0 }
        return [parts.joined(separator: ", "), what == "takenOver" && !detail.isEmpty ? "from \(detail)" : detail]
            .filter { !$0.isEmpty }.joined(separator: ": ")
    }

    fileprivate var value: JSONValue {
        var members: [String: JSONValue] = [
            "at": JSONValue(time: at), "event": .text(what), "actor": JSONValue(nonEmpty: by),
            "detail": JSONValue(nonEmpty: detail),
        ]
        members["attempt"] = attempt.map { JSONValue($0) }
        members["delayMilliseconds"] = delay.map(JSONValue.integer)
        if times > 1 { members["times"] = JSONValue(times) }
        members["since"] = since.map(JSONValue.init(time:))
        return .object(members)
    }
}
