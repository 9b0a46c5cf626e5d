import Catalogue
import Foundation
import Glibc
import Testing

@testable import Cutting
@testable import ExportFormat
@testable import TaskFormat

/// 2023-11-14T22:13:20Z.
let fixedNow: Int64 = 1_700_000_000_000_000

/// A folder of its own for a test, removed with it.
final class Folder {
    let path: String

    init() throws {
        var template = Array("/tmp/export-tests-XXXXXX".utf8CString)
        try #require(mkdtemp(&template) != nil)
        path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    func file(_ name: String, _ bytes: [UInt8]) throws -> String {
        let path = "\(path)/\(name)"
        try Data(bytes).write(to: URL(fileURLWithPath: path))
        return path
    }
}

/// An export that lies in a file of its own folder.
struct Fixture {
    let folder: Folder
    let source: ExportSource

    init(_ text: String, limits: ExportLimits = .standard) throws {
        try self.init(bytes: Array(text.utf8), limits: limits)
    }

    init(bytes: [UInt8], limits: ExportLimits = .standard) throws {
        folder = try Folder()
        source = try ExportSource.open(path: folder.file("export.json", bytes), limits: limits, catalogue: .standard)
    }

    func survey(
        _ scope: ImportScope = .global, filter: ExportFilter? = nil, chunkSize: Int = 20,
        limits: ChunkLimits = .standard
    ) throws -> ExportSurvey {
        try source.survey(scope: scope, filter: filter, chunkSize: chunkSize, chunks: limits)
    }

    func chunks(_ survey: ExportSurvey, limits: ChunkLimits = .standard) throws -> [Chunk] {
        var chunks: [Chunk] = []
        try source.cut(survey, chunks: limits) { chunks.append($0) }
        return chunks
    }
}

/// The result of the first pass over a text.
func refusal(of text: String, limits: ExportLimits = .standard) throws -> ExportError {
    try refusal(ofBytes: Array(text.utf8), limits: limits)
}

func refusal(ofBytes bytes: [UInt8], limits: ExportLimits = .standard) throws -> ExportError {
    try #require(throws: ExportError.self) { try Fixture(bytes: bytes, limits: limits).survey() }
}

func model(_ name: String) throws -> Model { try #require(Catalogue.standard.model(name)) }

func record(_ model: String, pk: String = "1", _ fields: String) -> String {
    "{\"model\": \"\(model)\", \"pk\": \(pk), \"fields\": \(fields)}"
}

/// Decodes one row as a worker does, and compares that with the first pass: both accept it, or both refuse it.
func decodeRow(_ name: String, _ fields: String) throws -> [String: Value] {
    let text = record(name, fields)
    let model = try model(name)
    let encoder = try ChunkEncoder()
    encoder.begin(minOrdinal: 1)
    let bytes = Array(text.utf8) + Array(repeating: 0, count: 64)
    bytes.withUnsafeBufferPointer { encoder.add(UnsafeBufferPointer(rebasing: $0.dropLast(64)), ordinal: 1) }
    let decoded = Result {
        try ChunkDecoder.decode(encoder.payload(), model: model, now: fixedNow, catalogue: .standard)
    }
    let surveyed = Result { try Fixture("[\(text)]").survey() }
    switch (decoded, surveyed) {
    case (.success(let rows), .success(let survey)):
        #expect(survey.rowsTotal == 1)
        let row = try #require(rows.first)
        return Dictionary(uniqueKeysWithValues: zip(model.columns.map(\.name), row.values))
    case (.failure(let decoding), .failure(let error as ExportError)):
        #expect((decoding as? ExportError)?.finding == error.finding)
        throw error
    case (.failure(let error), _), (_, .failure(let error)):
        Issue.record("the two passes disagree about \(text): \(error)")
        throw error
    }
}

/// One column of a row whose field holds `json`.
func decode(_ model: String, _ field: String, _ json: String) throws -> Value {
    let position = try #require(Catalogue.standard.model(model)?.columnIndex(ofField: field))
    let column = try #require(Catalogue.standard.model(model)?.columns[position].name)
    return try #require(try decodeRow(model, "{\"\(field)\": \(json)}")[column])
}

/// Expects that the field refuses `json`, with a finding that names row and field and not the value.
func expectRefused(
    _ name: String, _ field: String, _ json: String, sourceLocation: SourceLocation = #_sourceLocation
) {
    let error = #expect(throws: ExportError.self, sourceLocation: sourceLocation) { try decode(name, field, json) }
    #expect(error?.kind == .badData, sourceLocation: sourceLocation)
    #expect(error?.place.field == field, sourceLocation: sourceLocation)
    #expect(error?.finding?.kind == .deserializationFailed, sourceLocation: sourceLocation)
    #expect(error?.finding?.model == name, sourceLocation: sourceLocation)
    #expect(error?.finding?.ordinal == 1, sourceLocation: sourceLocation)
    #expect(error?.finding?.leftPK == 1, sourceLocation: sourceLocation)
}

/// A text that arrives a few bytes at a time.
final class DripSource: ByteSource {
    private let bytes: [UInt8]
    private let step: Int
    private var at = 0

    init(_ bytes: [UInt8], step: Int) {
        self.bytes = bytes
        self.step = step
    }

    func read(into buffer: UnsafeMutableRawBufferPointer) throws(ExportError) -> Int {
        let count = min(step, buffer.count, bytes.count - at)
        for offset in 0..<count { buffer[offset] = bytes[at + offset] }
        at += count
        return count
    }
}

/// The folder of reference material, if there is one.
let parityFolder = ProcessInfo.processInfo.environment["RELOCATION_PARITY_DIR"]
