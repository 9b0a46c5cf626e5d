import Catalogue
import Foundation
import Testing

@testable import Cutting
@testable import ExportFormat
@testable import TaskFormat

/// The reference's own inputs, if they are available.
@Suite(.enabled(if: parityFolder != nil, "RELOCATION_PARITY_DIR is not set"))
struct ParityTests {
    private let exports: String

    init() throws { exports = try #require(parityFolder) + "/exports" }

    private enum Refusal: Equatable {
        /// The text as a whole.
        case text
        case row(Finding.Kind)
    }

    private static let refused: [String: Refusal] = [
        "field-bool-str.json": .row(.deserializationFailed), "field-pk-over.json": .row(.unknown),
        "invalid-user.json": .row(.deserializationFailed), "org-project-flags.json": .row(.deserializationFailed),
        "rig-09c-surrogate-name.json": .text, "syntax-no_fields.json": .row(.deserializationFailed),
        "syntax-empty.json": .text, "syntax-notjson.json": .text,
        "syntax-number.json": .text, "syntax-truncated.json": .text,
    ]

    @Test func takesAndRefusesAsTheReferenceDoes() throws {
        let names = try FileManager.default.contentsOfDirectory(atPath: exports).filter { $0.hasSuffix(".json") }
        #expect(names.count > 80)
        for name in names.sorted() {
            let outcome = Result {
                try ExportSource.open(path: "\(exports)/\(name)", catalogue: .standard).survey(
                    scope: .global, filter: nil, chunkSize: 20)
            }
            switch (outcome, Self.refused[name]) {
            case (.success(let survey), nil): #expect(survey.tasks > 0 || survey.rowsQueued == 0, "\(name)")
            case (.failure(let error), nil): Issue.record("\(name) is refused: \(error)")
            case (.success, .some): Issue.record("\(name) is taken")
            case (.failure(let error as ExportError), let refusal?):
                #expect(
                    error.kind == .badData && error.finding.map { .row($0.kind) } ?? .text == refusal,
                    "\(name): \(error)")
            case (.failure(let error), .some): Issue.record("\(name): \(error)")
            }
        }
    }

    /// Every row of every export that is taken decodes, whatever the chunk size.
    @Test func decodesEveryRow() throws {
        for name in [
            "exhaustive-24_8_0.json", "exhaustive-head.json", "fresh-install.json", "batch-45.json", "config-a.json",
        ] {
            let source = try ExportSource.open(path: "\(exports)/\(name)", catalogue: .standard)
            let survey = try source.survey(scope: .global, filter: nil, chunkSize: 7)
            var rows = 0
            try source.cut(survey) { chunk in
                let model = try model(chunk.model)
                rows += try ChunkDecoder.decode(chunk.payload, model: model, now: fixedNow, catalogue: .standard).count
            }
            #expect(Int64(rows) == survey.rowsTotal)
        }
    }

    @Test func opensTheTarball() throws {
        let key = [UInt8](try Data(contentsOf: URL(fileURLWithPath: "\(exports)/key.priv")))
        let source = try ExportSource.open(
            path: "\(exports)/encrypted-users.tar", opener: .privateKey(key), catalogue: .standard)
        let survey = try source.survey(scope: .users, filter: nil, chunkSize: 20)
        #expect(survey.rows(of: "sentry.user") > 0)
        let other = [UInt8](try Data(contentsOf: URL(fileURLWithPath: "\(exports)/other.priv")))
        let error = #expect(throws: ExportError.self) {
            try ExportSource.open(
                path: "\(exports)/encrypted-users.tar", opener: .privateKey(other), catalogue: .standard)
        }
        #expect(error?.kind == .badKey)
    }

    @Test func decodesRecordedFields() throws {
        let source = try ExportSource.open(path: "\(exports)/datetime-millis.json", catalogue: .standard)
        let survey = try source.survey(scope: .global, filter: nil, chunkSize: 20)
        try source.cut(survey) { chunk in
            let rows = try ChunkDecoder.decode(
                chunk.payload, model: model(chunk.model), now: fixedNow, catalogue: .standard)
            #expect(rows.count == chunk.rows)
        }
    }
}
