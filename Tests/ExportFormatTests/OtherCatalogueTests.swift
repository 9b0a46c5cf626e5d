import Testing

@testable import Catalogue
@testable import Cutting
@testable import ExportFormat
@testable import TaskFormat

@Suite("A file is read by the catalogue it is opened with")
struct OtherCatalogueTests {
    /// A catalogue whose only user is another than that of the standard one, in another place.
    private static func catalogue() throws -> Catalogue {
        let models = """
            model 0 sentry.user auth_user User Control
              id bigint
              nickname text
            """
        return try Catalogue(models: [models], tables: [], fullOrder: "*user=auth_user email")
    }

    private let text = #"""
        [{"model": "sentry.user", "pk": 7, "fields": {"nickname": "Otter"}},
         {"model": "sentry.email", "pk": 8, "fields": {}}]
        """#

    @Test("Both passes and the decoder know its models, and no others")
    func reads() throws {
        let catalogue = try Self.catalogue()
        let folder = try Folder()
        let path = try folder.file("export.json", Array(text.utf8))
        let source = try ExportSource.open(path: path, catalogue: catalogue)
        let survey = try source.survey(scope: .users, filter: nil, chunkSize: 10)
        #expect(survey.rowsQueued == 1)
        #expect(survey.leftOut.counters == ["sentry.email|dropped|excludedModel": 1])
        var chunks: [Chunk] = []
        try source.cut(survey) { chunks.append($0) }
        let chunk = try #require(chunks.first)
        let rows = try ChunkDecoder.decode(
            chunk.payload, model: try catalogue.requireModel("sentry.user"), now: fixedNow, catalogue: catalogue)
        #expect(rows.map(\.values) == [[.null, .text("Otter")]])
    }

    @Test("The standard catalogue refuses the same file")
    func standard() throws {
        let folder = try Folder()
        let path = try folder.file("export.json", Array(text.utf8))
        let source = try ExportSource.open(path: path, catalogue: .standard)
        let error = #expect(throws: ExportError.self) {
            try source.survey(scope: .users, filter: nil, chunkSize: 10)
        }
        #expect(error?.place.field == "nickname")
    }
}
