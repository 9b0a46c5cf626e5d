import Catalogue
public import Queue

// For people.
extension StatusReport {
    /// Named lines, then a table of models and the reasons why rows were dropped. Without a final line end.
    ///
    /// - Parameter now: milliseconds since 1970, to show the time until the next attempt
    public func text(color: Bool = false, now: Int64 = Timestamp.now()) -> String {
        var lines = ["Relocation \(status.uuid)"]
        lines += head(now).map { name, value in
            let text = PlainText.line(value)
            let painted = name == "status" ? status.status.color.paint(text, if: color) : text
            return "  \(name)\(String(repeating: " ", count: max(1, 13 - name.count)))\(painted)"
        }
        if !account.models.isEmpty { lines += [""] + modelTable }
        let reasons = account.totals.dropped.sorted { $0.key < $1.key }
        if !reasons.isEmpty {
            lines += ["", "Dropped rows"]
            lines += TextTable.lines(reasons.map { ["  " + PlainText.line($0.key), String($0.value)] })
        }
        if !status.warnings.isEmpty { lines += ["", "Warnings"] + status.warnings.map { "  " + PlainText.line($0) } }
        let skipped = status.skipped.compactMap(TaskNote.init(json:))
        if !skipped.isEmpty { lines += ["", "Skipped chunks"] + skipped.map { "  " + PlainText.line($0.skippedText) } }
        if !status.findings.isEmpty {
            lines += ["", "Findings: \(status.findings.count) (`findings \(status.uuid)` shows them)"]
        }
        return lines.joined(separator: "\n")
    }

    /// One line per relocation. Without a final line end.
    public static func table(_ reports: [StatusReport]) -> String {
        let head = ["UUID", "SCOPE", "STATUS", "STEP", "CHUNKS", "ROWS", "CREATED"]
        let rows = reports.map { report in
            let status = report.status
            return [
                status.uuid, PlainText.line(status.scope), status.status.rawValue, status.step.rawValue,
                "\(status.chunksDone)/\(status.chunksTotal)", "\(report.rowsDone)/\(status.rowsSource)",
                Timestamp.optional(status.createdAt) ?? "",
            ]
        }
        return TextTable.lines([head] + rows, leftAligned: [2, 3, 6]).joined(separator: "\n")
    }

    private func head(_ now: Int64) -> [(String, String)] {
        let totals = account.totals
        var out = [
            ("status", "\(status.status.rawValue), \(status.step.rawValue)"), ("scope", status.scope),
            ("file", status.sourceName), ("chunks", "\(status.chunksDone) of \(status.chunksTotal)"),
            (
                "rows",
                "\(status.rowsSource) in the file: \(totals.inserted) inserted, \(totals.existing) existing, "
                    + "\(totals.overwritten) overwritten, \(totals.droppedTotal) dropped"
            ),
        ]
        if !status.failureReason.isEmpty { out.append(("reason", status.failureReason)) }
        if let failed = TaskNote(json: status.failedTask) { out.append(("failed at", failed.text)) }
        if !status.lastError.isEmpty { out.append(("trouble", status.lastError)) }
        if status.attempts > 0 { out.append(("attempts", attempts(now))) }
        if !status.owner.isEmpty { out.append(("worker", status.owner)) }
        if let request { out.append(("requested", request)) }
        if !status.destination.isEmpty { out.append(("destination", status.destination)) }
        if status.takeovers > 0 { out.append(("take-overs", String(status.takeovers))) }
        out += [
            ("created", Timestamp.optional(status.createdAt)), ("updated", Timestamp.optional(status.updatedAt)),
            ("completed", Timestamp.optional(status.completedAt)),
        ].compactMap { name, time in time.map { (name, $0) } }
        return out.filter { !$0.1.isEmpty }
    }

    private func attempts(_ now: Int64) -> String {
        guard status.nextAttemptAt > now else { return String(status.attempts) }
        let seconds = status.nextAttemptAt.saturatedSubtracting(now).saturatedAdding(999) / 1_000
        return "\(status.attempts), next in \(seconds) s at \(Timestamp.text(status.nextAttemptAt))"
    }

    private var request: String? {
        if status.cancelRequested { return "cancel at the next chunk boundary" }
        return status.pauseRequested ? "pause at the next chunk boundary" : nil
    }

    private var modelTable: [String] {
        let rows = account.models.sorted { $0.key < $1.key }.map { model, counts in
            [
                "  " + PlainText.line(model), String(counts.inserted), String(counts.existing),
                String(counts.overwritten), String(counts.droppedTotal),
            ]
        }
        return TextTable.lines([["  MODEL", "INSERTED", "EXISTING", "OVERWRITTEN", "DROPPED"]] + rows)
    }
}

extension TaskNote {
    /// `sentry.user from row 21, 20 rows`; another kind than a chunk is named: `derive sentry.project`.
    public var text: String {
        if kind == "chunk" { return "\(name) from row \(minOrdinal), \(rows) rows" }
        return rows == 0 ? "\(kind) \(name)" : "\(kind) \(name), \(rows) rows"
    }

    var skippedText: String { "\(text), by \(skippedBy ?? "?") at \(skippedAt ?? "?")" }
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
