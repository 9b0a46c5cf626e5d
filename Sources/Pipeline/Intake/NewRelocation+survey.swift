import Catalogue
package import Cutting
package import Queue
import TaskFormat

extension NewRelocation {
    /// Tells what the first pass has found in the file.
    package mutating func describe(_ survey: ExportSurvey) {
        keyBounds = survey.keyBounds.json
        digest = survey.sha256
        rowsSource = Int(survey.rowsTotal + survey.rowsMade)
        adapted = survey.adapted.json
        adaptedRows = survey.adapted.listedRows
        counters = survey.leftOut.counters
        warnings = survey.warnings
    }
}
