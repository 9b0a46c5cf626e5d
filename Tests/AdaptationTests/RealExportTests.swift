import Catalogue
import Foundation
import Testing

@testable import Cutting
@testable import ExportFormat
@testable import TaskFormat

/// The folder of reference material, if there is one.
private let material = ProcessInfo.processInfo.environment["RELOCATION_PARITY_DIR"]

/// Exports that real Sentrys of many versions have written.
@Suite(.enabled(if: material != nil, "RELOCATION_PARITY_DIR is not set"))
struct RealExportTests {
    private static func files() throws -> [String] {
        let root = try #require(material)
        return try ["versions/exports", "exports"].flatMap { folder in
            try FileManager.default.contentsOfDirectory(atPath: "\(root)/\(folder)")
                .filter { $0.hasSuffix(".json") && (folder != "exports" || $0.hasPrefix("exhaustive-")) }
                .map { "\(root)/\(folder)/\($0)" }
        }
    }

    /// The worker can decode every row that is cut out of it.
    @Test(arguments: ImportScope.allCases) func everyFileIsAccepted(in scope: ImportScope) throws {
        let files = try Self.files()
        #expect(files.count >= 18)
        for file in files {
            let source = try ExportSource.open(path: file, catalogue: .standard)
            let survey = try source.survey(scope: scope, filter: nil, chunkSize: 20, versions: .adapting(from: nil))
            var rows = 0
            try source.cut(survey) { chunk in
                let model = try #require(Catalogue.standard.model(chunk.model))
                rows += try ChunkDecoder.decode(
                    chunk.payload, model: model, now: 1_700_000_000_000_000, catalogue: .standard
                ).count
            }
            #expect(rows > 0 || !file.contains("exhaustive-"), "\(file)")
        }
    }
}
