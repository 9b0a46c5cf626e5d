import Catalogue
import CommandLine
import Cutting
import ExportFormat
import Reporting
import Storage
import TaskFormat
import WorkerRuntime

/// Shows what an import would learn of the models that no catalogue knows.
struct LearnCheck {
    let items: [ReadinessItem]

    init(_ path: String, _ database: DatabaseCheck, confirmed: [String: String]) throws {
        guard let destination = database.destination, let fit = database.fit else {
            items = []
            return
        }
        let survey: ExportSurvey
        do {
            survey = try ExportSource.open(path: path, catalogue: fit.catalogue).survey(
                scope: .global, filter: nil, chunkSize: RelocationOptions.defaultChunkSize,
                versions: .adapting(from: nil), learns: true)
        } catch {
            throw CommandFailure(error)
        }
        do {
            let models = try destination.learn(survey.learned, fit.catalogue, confirmed: confirmed)
            items =
                models.isEmpty
                ? [.ok("learning", "The catalogue knows every model of the file: there is nothing to learn.")]
                : models.map { Self.item($0, rows: survey.rows(of: $0.model)) }
        } catch {
            throw CommandFailure(error)
        }
    }

    private static func item(_ model: LearnedModel, rows: Int64) -> ReadinessItem {
        let details =
            model.problems.map { "Open: \($0)" } + model.notes.map { "Learned: \($0)" }
            + model.text.split(separator: "\n").map { "  \($0)" }
        guard model.problems.isEmpty else {
            return .problem(
                "learning", .badSchema,
                "\(model.model) (\(rows) rows) cannot be learned before this is settled: \(model.problems[0])",
                details: details)
        }
        return .ok("learning", "\(model.model) (\(rows) rows) is learned from \(model.notes[0]).", details: details)
    }
}
