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

    /// What was adapted; empty if nothing was.
    static func adapted(_ survey: ExportSurvey) -> String {
        let counts = survey.adapted.counts
        guard !counts.isEmpty else { return "" }
        return (["Adapted to Sentry \(SentryVersion.current):"] + AdaptedReport.lines(counts)).joined(separator: "\n")
    }
}
