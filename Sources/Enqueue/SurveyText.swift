import Catalogue
import Cutting

/// The result of the first pass, in words.
enum SurveyText {
    static func text(_ survey: ExportSurvey, name: String) -> String {
        let skipped = survey.leftOut.totals.droppedTotal
        var out = "\(name) is sound: \(survey.rowsTotal) rows, \(survey.rowsQueued) to import"
        if skipped > 0 {
            let reasons = survey.leftOut.totals.dropped.sorted { $0.key < $1.key }
                .map { "\($0.value) \($0.key)" }.joined(separator: ", ")
            out += ", \(skipped) left out (\(reasons))"
        }
        return out + "."
    }
}
