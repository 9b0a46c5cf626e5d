import Adaptation
import Catalogue
import Foundation
import TestSupport
import Testing

@testable import Cutting
@testable import ExportFormat
@testable import TaskFormat

/// A file of another version, and what becomes of its rows on the way to the worker.
struct AdaptedFile {
    let survey: ExportSurvey
    /// In the order in which the worker gets them.
    let chunks: [Chunk]
    private let folder: TemporaryFolder

    init(
        _ rows: [String], from version: String? = nil, scope: ImportScope = .global, filter: ExportFilter? = nil
    ) throws {
        folder = try TemporaryFolder()
        let path = try folder.write("[" + rows.joined(separator: ",\n") + "]", to: "export.json")
        let source = try ExportSource.open(path: path, catalogue: .standard)
        let given = try version.map { try #require(SentryVersion($0)) }
        survey = try source.survey(scope: scope, filter: filter, chunkSize: 20, versions: .adapting(from: given))
        var chunks: [Chunk] = []
        try source.cut(survey) { chunks.append($0) }
        self.chunks = chunks
    }

    /// The rows of a model as the worker decodes them, by column.
    func rows(_ name: String) throws -> [[String: Value]] {
        let model = try #require(Catalogue.standard.model("sentry.\(name)"))
        return try chunks.filter { $0.model == model.name }.flatMap { chunk in
            try ChunkDecoder.decode(chunk.payload, model: model, now: 1_700_000_000_000_000, catalogue: .standard)
                .map { row in
                    var values = Dictionary(uniqueKeysWithValues: zip(model.columns.map(\.name), row.values))
                    values["id"] = row.sourcePK.map { .integer($0) } ?? .null
                    return values
                }
        }
    }

    /// Of its only row.
    func value(_ model: String, _ column: String) throws -> Value {
        let rows = try rows(model)
        #expect(rows.count == 1)
        return try #require(rows.first?[column])
    }

    /// What was adapted, with the number of rows, but for what every file of before 24.8 gets.
    var adapted: [String: Int] { survey.adapted.counts }

    var models: [String] { chunks.map { String($0.model.dropFirst("sentry.".count)) } }
}

func row(_ model: String, _ pk: Int = 1, _ fields: String = "{}") -> String {
    #"{"model": "sentry.\#(model)", "pk": \#(pk), "fields": \#(fields)}"#
}
