import Adaptation
import Catalogue
import Cutting
import Reporting

/// The result of the first pass, in words.
enum SurveyText {
    static func text(_ survey: ExportSurvey, name: String) -> String {
        let skipped = survey.leftOut.totals.droppedTotal
        let made = survey.rowsMade > 0 ? " and \(survey.rowsMade) made from them" : ""
        var out = "\(name) is sound: \(survey.rowsTotal) rows\(made), \(survey.rowsQueued) to import"
        if skipped > 0 {
            let reasons = survey.leftOut.totals.dropped.sorted { $0.key < $1.key }
                .map { "\($0.value) \($0.key)" }.joined(separator: ", ")
            out += ", \(skipped) left out (\(reasons))"
        }
        return out + "."
    }

    /// What a worker is to learn; empty if nothing.
    static func learned(_ survey: ExportSurvey) -> String {
        guard !survey.learned.isEmpty else { return "" }
        let rows = survey.learned.map { request in
            [
                "  " + PlainText.line(request.model), String(survey.rows(of: request.model)),
                String(request.fields.count),
            ]
        }
        return
            ([
                "Models that no catalogue knows, to be learned from the destination (plan, and relocation-worker check "
                    + "--learn FILE, show them in full):"
            ] + TextTable.lines([["  MODEL", "ROWS", "FIELDS"]] + rows)).joined(separator: "\n")
    }

    /// What Sentry's own import would lose without a word; empty if nothing.
    static func losses(_ survey: ExportSurvey) -> String {
        survey.losses.map { "Note: \(PlainText.line($0))." }.joined(separator: "\n")
    }

    /// Rules that some destinations do not run; empty if there are none, and if they are named.
    static func rules(_ survey: ExportSurvey, for version: SentryVersion) -> String {
        guard version < .workflows, let count = IdleRule.count(survey.rowsQueued) else { return "" }
        return """
            Note: \(count): a destination of Sentry \(SentryVersion.workflows) or newer, which has moved to workflows, does not run \
            them. A plan of the import names them, and so does --destination-version.
            """
    }

    /// What was adapted; empty if nothing was.
    static func adapted(_ survey: ExportSurvey) -> String {
        let counts = survey.adapted.counts
        guard !counts.isEmpty else { return "" }
        return (["Adapted to Sentry \(SentryVersion.current):"] + AdaptedReport.lines(counts)).joined(separator: "\n")
    }
}
