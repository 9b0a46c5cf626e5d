import Catalogue
import Cutting
import TaskFormat

extension ExportSurvey {
    /// Tells workers what to learn.
    func tellLearned(_ options: inout RelocationOptions, confirmed: [String: String]) {
        guard !learned.isEmpty else { return }
        options.learn = Dictionary(learned.map { ($0.model, $0.fields.mapValues(\.rawValue)) }) { first, _ in first }
        options.learnReferences = confirmed.isEmpty ? nil : confirmed
        options.learnRows = Dictionary(learned.map { ($0.model, $0.rows ?? 0) }) { first, _ in first }
    }
}
