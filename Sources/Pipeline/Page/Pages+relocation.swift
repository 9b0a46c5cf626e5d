package import Queue
package import Reporting

extension Pages {
    /// One relocation.
    ///
    /// - Parameters:
    ///   - history: the oldest first
    ///   - said: what the last action came to
    package static func relocation(
        _ report: StatusReport, _ history: [HistoryEntry], _ viewer: Viewer, now: Int64, said: String? = nil
    ) -> Page {
        let (notes, lists) = (notes(report, now: now), lists(report))
        return Page(
            "Relocation \(report.short)", .relocations, isLive: true,
            parts: [
                ("relocation-head", title(report, viewer, now: now, said)),
                ("trouble", ["notes": notes, "hasNotes": !notes.isEmpty]), ("progress", progress(report, now: now)),
                ("models", models(report)), ("lists", ["lists": lists, "hasLists": !lists.isEmpty]),
                ("timeline", timeline(history)),
                ("details", ["facts": details(report, now: now)]),
            ])
    }

    private static func title(_ report: StatusReport, _ viewer: Viewer, now: Int64, _ said: String?) -> Fields {
        let status = report.status
        let summary = [report.kind, status.scope, status.sourceName, "to \(status.destinationName)"]
        let actions = RelocationAction.allCases.filter { $0 != .planUndo && $0.fits(report) }
        let fields: Fields = [
            "uuid": status.uuid, "summary": PlainText.line(summary.filter { !$0.isEmpty }.joined(separator: " · ")),
            "said": optional(said), "canAct": viewer.canAct, "actions": actions.map { button($0, report.status.uuid) },
        ]
        return fields.merging(report.stateWords(now: now).fields) { $1 }
    }

    private static func progress(_ report: StatusReport, now: Int64) -> Fields {
        let status = report.status
        let steps = status.flow == nil ? [] : report.steps
        return [
            "percent": report.percent, "bar": report.barClass, "hasSteps": !steps.isEmpty,
            "steps": steps.map { step($0.name, $0.state, report) }, "facts": pace(report, now: now),
        ]
    }

    private static func step(_ name: String, _ state: String, _ report: StatusReport) -> Fields {
        let hasFailed = state == "now" && report.status.status == .failure
        let word = name.prefix(1) + name.dropFirst().lowercased()
        return [
            "name": word, "words": hasFailed ? "ended here" : state,
            "state": hasFailed ? "failed" : state == "to come" ? "later" : state,
        ]
    }

    private static func pace(_ report: StatusReport, now: Int64) -> [Fields] {
        let status = report.status
        let left = report.remainingSeconds.map { ", \(ProgressBar.duration($0)) left" } ?? ""
        return facts([
            ("Tasks", "\(Figures.count(status.chunksDone)) of \(Figures.count(status.chunksTotal))"),
            ("Rows", "\(Figures.count(report.rowsDone)) of \(Figures.count(report.rowsExpected))"),
            ("Pace", report.rowsPerSecond.map { "\(Figures.rate($0)) rows per second\(left)" }),
            ("At", report.slotWork.map(\.task)), ("Doing", status.doing),
            ("Now", report.situation(now: now).words(status)),
            ("Pauses at", status.flow?.pauseAtStep?.rawValue), ("Ends at", status.flow?.cancelAtStep?.rawValue),
            ("Elapsed", report.elapsedSeconds(now: now).map(ProgressBar.duration)),
            ("Attempts", attempts(status, now: now)),
        ])
    }

    private static func attempts(_ status: RelocationStatus, now: Int64) -> String? {
        guard status.attempts > 0 else { return nil }
        let limit = status.maxAttempts > 0 ? " of \(status.maxAttempts)" : ""
        let wait =
            status.nextAttemptAt > now && status.status == .inProgress
            ? ", the next in \((status.nextAttemptAt - now + 999) / 1_000) s" : ""
        return "\(status.attempts)\(limit) at this task have failed\(wait)"
    }

    /// Names with values; those without one are left out.
    static func facts(_ pairs: [(String, String?)]) -> [Fields] {
        pairs.compactMap { name, value in
            guard let value, !value.isEmpty else { return nil }
            return ["name": name, "value": Figures.escaped(PlainText.line(value))]
        }
    }

    private static func details(_ report: StatusReport, now: Int64) -> [Fields] {
        let status = report.status
        let place = status.destinationAddress.isEmpty ? "" : " (\(status.destinationAddress))"
        let times = [
            ("Created", status.createdAt), ("Started", status.startedAt), ("Updated", status.updatedAt),
            ("Completed", status.completedAt),
        ].filter { $0.1 > 0 }.map { ["name": $0, "value": Figures.moment($1)] as Fields }
        return facts([
            ("UUID", status.uuid), ("Kind", "\(report.kind) of \(status.scope)"), ("File", status.sourceName),
            ("SHA-256", status.digest), ("Destination", status.destinationName + place),
            ("Options", FlagWords.text(status.options)), ("Queued by", status.enqueuedBy),
            ("Enqueuer", status.toolVersion), ("Worker", status.owner),
            ("Take-overs", status.takeovers > 0 ? Figures.count(status.takeovers) : nil),
            ("Payload in Redis", status.payloadBytes > 0 ? Figures.count(status.payloadBytes, "byte") : nil),
            ("Notices", report.notices),
        ]) + times
    }

    private static func timeline(_ history: [HistoryEntry]) -> Fields {
        [
            "entries": history.reversed().map { entry -> Fields in
                [
                    "time": Figures.moment(entry.at),
                    "what": entry.words.prefix(1).uppercased() + entry.words.dropFirst(),
                    "more": PlainText.line(entry.more(Timestamp.optional)), "by": optional(PlainText.line(entry.by)),
                    "isOperator": operatorWords.contains(entry.what),
                ]
            }
        ]
    }

    /// What operators do, as the history calls it.
    private static let operatorWords: Set = [
        "enqueued", "retried", "recovered", "replaced", "skipped", "pausePlanned", "cancelPlanned", "pauseRequested",
        "pauseWithdrawn", "unpaused", "cancelRequested", "cancelled", "aborted", "deleted", "undoRequested",
        "undoWithdrawn",
    ]
}
