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
            try survey.learned.mustHave(confirmed)
        } catch {
            throw CommandFailure(error)
        }
        do {
            let models = try destination.learn(survey.learned, fit.catalogue, confirmed: confirmed)
            items =
                models.isEmpty
                ? [.ok("learning", "The catalogue knows every model of the file: there is nothing to learn.")]
                : models.map(Self.item)
        } catch {
            throw CommandFailure(error)
        }
    }

    private static func item(_ model: LearnedModel) -> ReadinessItem {
        guard let problem = model.problems.first else {
            return .ok("learning", model.title + ".", details: model.lines)
        }
        return .problem("learning", .badSchema, "\(model.title): \(problem)", details: model.lines)
    }
}
