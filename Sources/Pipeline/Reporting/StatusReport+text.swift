import Catalogue
public import Queue

// For people.
extension StatusReport {
    /// Named lines, then a table of models and the reasons why rows were dropped. Without a final line end.
    ///
    /// - Parameter now: milliseconds since 1970, to show the time until the next attempt
    public func text(color: Bool = false, now: Int64 = Timestamp.now()) -> String {
        let sections = [
            head(color, now), verification?.table ?? modelTable, undo?.lines ?? [], droppedRows, adaptedRows,
            renamedRows, warnings, losses, skippedTasks, findings, nextLine,
        ]
        return sections.filter { !$0.isEmpty }.map { $0.joined(separator: "\n") }.joined(separator: "\n\n")
    }

    private func head(_ color: Bool, _ now: Int64) -> [String] {
        let lines = (facts + flowFacts + work(now) + times(now)).compactMap { name, value -> String? in
            guard let value, !value.isEmpty else { return nil }
            let text = PlainText.line(value)
            let painted = name == "status" ? status.status.color.paint(text, if: color) : text
            return "  \(name)\(String(repeating: " ", count: max(1, 13 - name.count)))\(painted)"
        }
        return ["Relocation \(status.uuid)"] + lines
    }

    private var facts: [(String, String?)] {
        let totals = account.totals
        let rows =
            "\(status.rowsSource) in the file: \(totals.inserted) inserted, \(totals.existing) existing, "
            + "\(totals.overwritten) overwritten, \(totals.droppedTotal) dropped"
            + (status.rowsUncommitted > 0 ? ", \(status.rowsUncommitted) \(uncommittedWords)" : "")
        return [
            ("status", "\(status.status.rawValue), \(status.step.rawValue)" + endedText), ("scope", status.scope),
            ("flags", FlagWords.text(status.options)),
            ("file", status.sourceName), ("chunks", "\(status.chunksDone) of \(status.chunksTotal)"), ("rows", rows),
        ]
    }

    private var uncommittedWords: String { status.step == .undoing ? "undone so far" : "in an open transaction" }

    private func work(_ now: Int64) -> [(String, String?)] {
        [
            ("reason", status.failureReason), ("undo", undo?.refusal),
            ("failed at", TaskNote(json: status.failedTask)?.text),
            ("trouble", trouble), ("attempts", attempts(now)),
            (status.owner.isEmpty ? "waiting" : "worker", situation(now: now).words(status, time: Timestamp.local)),
            ("doing", status.doing),
            ("pace", paceText),
            ("requested", request), ("destination", destination),
            ("take-overs", status.takeovers > 0 ? String(status.takeovers) : nil),
        ]
    }

    private func times(_ now: Int64) -> [(String, String?)] {
        [
            ("created", Timestamp.local(status.createdAt).map { $0 + by(status.enqueuedBy) }),
            ("started", Timestamp.local(status.startedAt)), ("updated", Timestamp.local(status.updatedAt)),
            ("completed", Timestamp.local(status.completedAt)),
            ("elapsed", elapsedSeconds(now: now).map(ProgressBar.duration)),
        ]
    }

    private func by(_ actor: String) -> String { actor.isEmpty ? "" : " by \(actor)" }

    private var endedText: String { status.endedBy.map { " (\($0.words) by an operator)" } ?? "" }

    private var destination: String {
        let place = status.destinationAddress.isEmpty ? "no worker has served it yet" : status.destinationAddress
        return "\(status.destinationName) (\(place))"
    }

    private func attempts(_ now: Int64) -> String? {
        guard status.attempts > 0 else { return nil }
        let count = status.maxAttempts > 0 ? "\(status.attempts) of \(status.maxAttempts)" : String(status.attempts)
        guard status.nextAttemptAt > now else { return count }
        let seconds = status.nextAttemptAt.saturatedSubtracting(now).saturatedAdding(999) / 1_000
        return "\(count), next in \(seconds) s at \(Timestamp.local(status.nextAttemptAt) ?? "")"
    }

    private var request: String? {
        if status.cancelRequested { return "cancel at the next chunk boundary" }
        return status.pauseRequested ? "pause at the next chunk boundary" : nil
    }

    private var modelTable: [String] {
        guard !account.models.isEmpty else { return [] }
        let rows = account.models.sorted { $0.key < $1.key }.map { model, counts in
            [
                "  " + PlainText.line(model), String(counts.inserted), String(counts.existing),
                String(counts.overwritten), String(counts.droppedTotal),
            ]
        }
        return TextTable.lines([["  MODEL", "INSERTED", "EXISTING", "OVERWRITTEN", "DROPPED"]] + rows)
    }

    private var droppedRows: [String] {
        let reasons = account.totals.dropped.sorted { $0.key < $1.key }
        return titled(
            "Dropped rows (`dropped \(status.uuid)` lists them)",
            TextTable.lines(reasons.map { ["  " + PlainText.line($0.key), String($0.value)] }))
    }

    private var adaptedRows: [String] {
        titled("Adapted rows (`adapted \(status.uuid)` lists the first ones)", AdaptedReport.lines(adaptedCounts))
    }

    /// Renamed rows shown one by one.
    private static let shownRenames = 10

    private var renamedRows: [String] {
        guard let renamed else { return [] }
        let shown = renamed.prefix(Self.shownRenames)
        var lines = TextTable.lines(
            shown.map { row in
                let from = row.from.isEmpty ? "(no name)" : row.from
                return [
                    "  " + PlainText.line(row.model), row.sourcePK.map(String.init) ?? "",
                    PlainText.line("\(from) → \(row.to)"),
                ]
            }, leftAligned: [2])
        let more = renamedTotal - shown.count
        if more > 0 {
            lines.append("  and \(more) more (`status \(status.uuid) --json` lists \(renamed.count) of them)")
        }
        return titled("Renamed", lines)
    }

    private var warnings: [String] { titled("Warnings", status.warnings.map { "  " + PlainText.line($0) }) }

    private var losses: [String] { titled("Notes", status.losses.map { "  " + PlainText.line($0) }) }

    private var skippedTasks: [String] {
        let skipped = status.skipped.compactMap(TaskNote.init(json:))
        return titled("Skipped by operators", skipped.map { "  " + PlainText.line($0.skippedText(Timestamp.local)) })
    }

    private var findings: [String] {
        let past = (earlier ?? []).reduce(0) { $0 + $1.findings.count }
        guard !status.findings.isEmpty || past > 0 else { return [] }
        let more = past > 0 ? " and \(past) of earlier attempts" : ""
        return ["Findings: \(status.findings.count)\(more) (`findings \(status.uuid)` shows them)"]
    }

    private var nextLine: [String] { nextText.map { ["next: \($0)"] } ?? [] }

    private func titled(_ title: String, _ lines: [String]) -> [String] { lines.isEmpty ? [] : [title] + lines }
}

extension TaskNote {
    /// - Parameter time: how a time is written
    package func skippedText(_ time: (Int64) -> String?) -> String {
        let moment = skippedAt.map { Timestamp.milliseconds($0).flatMap(time) ?? $0 }
        return "\(row?.text ?? text), by \(skippedBy ?? "?") at \(moment ?? "?")"
    }
}

extension RowPlace {
    /// `sentry.user row 31 (pk 7)`
    public var text: String { "\(model) row \(ordinal)\(sourcePK.map { " (pk \($0))" } ?? "")" }
}

extension OperatorEnd {
    package var words: String {
        switch self {
        case .cancel: "cancelled"
        case .abort: "aborted"
        case .undo: "undone"
        }
    }
}

extension RelocationState {
    var color: Color {
        switch self {
        case .inProgress: .cyan
        case .paused: .yellow
        case .failure: .red
        case .success: .green
        case .unknown: .yellow
        }
    }
}
