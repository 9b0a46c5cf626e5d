internal import Catalogue
internal import Queue
internal import Reporting

extension Pages {
    /// What an operator should know: why it failed or waits, what helps.
    static func notes(_ report: StatusReport, now: Int64) -> [Fields] {
        [failure(report), waiting(report, now: now), undo(report), warnings(report)].compactMap { $0 }
    }

    private static func note(
        _ title: String, _ color: String, _ lines: [String?], command: String? = nil, links: [Fields] = []
    ) -> Fields {
        [
            "title": title, "color": color,
            "lines": lines.compactMap { $0 }.filter { !$0.isEmpty }.map(PlainText.line),
            "command": optional(command), "links": links,
        ]
    }

    private static func failure(_ report: StatusReport) -> Fields? {
        let status = report.status
        guard status.status == .failure else { return nil }
        let task = TaskNote(json: status.failedTask)
        let place = task?.row.map { "Failing row: \($0.text)." } ?? task.map { "Failed at: \($0.text)." }
        let past = (report.earlier ?? []).count
        let earlier =
            past > 0 ? "\(Figures.count(past, "earlier failure")) \(past == 1 ? "is" : "are") in the timeline." : nil
        let title = status.endedBy.map { "Ended by an operator: \($0.words)" } ?? "Why it failed"
        return note(
            title, status.endedBy == nil ? "red" : "grey", [status.failureReason, place, earlier],
            command: report.nextText.map(PlainText.lines), links: group(report))
    }

    /// Where others are that failed for the same reason.
    private static func group(_ report: StatusReport) -> [Fields] {
        guard report.status.hasFailedByItself else { return [] }
        var query = ListQuery()
        query.cause = FailureCauseText.key(FailureCauseText.normalised(report.status.failureReason))
        return [["address": query.address(), "label": "Relocations that failed for the same reason"]]
    }

    private static func waiting(_ report: StatusReport, now: Int64) -> Fields? {
        let status = report.status
        guard status.status != .failure, !report.trouble.isEmpty || report.next != nil else { return nil }
        let title = report.trouble.isEmpty ? "What it waits for" : "What troubles it"
        return note(
            title, "amber", [report.trouble, report.situation(now: now).words(status)],
            command: report.nextText.map(PlainText.lines))
    }

    private static func undo(_ report: StatusReport) -> Fields? {
        guard let undo = report.undo else { return nil }
        let totals = undo.summary.totals
        let counts =
            "\(Figures.count(totals.removed, "row")) removed, \(Figures.count(totals.restored)) restored, \(Figures.count(totals.kept)) kept"
        let title =
            undo.isDone ? "Undone" : report.status.step == .undoing ? "An undo goes on" : "What an undo would do"
        let ask: Fields = [
            "address": PageAddress.ask(.undo, report.status.uuid), "label": "The plan of the undo, table by table",
        ]
        return note(
            title, undo.refusal == nil ? "blue" : "amber",
            [undo.refusal.map { "The undo was \($0)." }, counts + "."] + undo.summary.blockers.map(\.words),
            links: RelocationAction.undo.fits(report) ? [ask] : [])
    }

    private static func warnings(_ report: StatusReport) -> Fields? {
        let warnings = report.status.warnings
        return warnings.isEmpty ? nil : note("Warnings", "amber", warnings)
    }
}
