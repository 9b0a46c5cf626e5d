import Catalogue
import ExportFormat
import Foundation
import TestSupport

@testable import Sanitizing

/// Takes a text in memory.
final class MemorySink: ByteSink {
    private(set) var bytes: [UInt8] = []
    private(set) var isFinished = false

    func write(_ bytes: UnsafeRawBufferPointer) throws(ExportError) { self.bytes += bytes }

    func finish() throws(ExportError) { isFinished = true }
}

/// An export and what was made of it.
struct SanitizedFile {
    let text: String
    let summary: SanitizingSummary

    init(
        _ export: String, isSealed: Bool = false, _ choose: (inout SanitizingOptions) -> Void = { $0.seed = 1 }
    ) throws {
        let folder = try TemporaryFolder()
        let source = try ExportSource.open(path: try folder.write(export, to: "export.json"), catalogue: .standard)
        var options = SanitizingOptions()
        choose(&options)
        let sink = MemorySink()
        summary = try FileSanitizer(source, options).run(to: sink, isSealed: isSealed) { _ in }
        guard sink.isFinished else { throw SystemFailure("the sink was not finished") }
        text = String(decoding: sink.bytes, as: UTF8.self)
    }

    /// The fields of a row.
    func fields(_ row: Int = 0) throws -> [String: Any] {
        let rows = try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [[String: Any]]
        return rows?[row]["fields"] as? [String: Any] ?? [:]
    }

    func text(_ field: String, _ row: Int = 0) throws -> String? { try fields(row)[field] as? String }
}

/// One row of an export.
func row(_ model: String, _ key: Int = 1, _ fields: String) -> String {
    #"{"model": "sentry.\#(model)", "pk": \#(key), "fields": {\#(fields)}}"#
}

func list(_ rows: String...) -> String { "[" + rows.joined(separator: ",\n") + "]" }

/// A text's bytes, for functions that take no strings.
func withBytes<Result>(_ text: String, _ body: (UnsafeBufferPointer<UInt8>) throws -> Result) rethrows -> Result {
    try Array(text.utf8).withUnsafeBufferPointer { try body($0) }
}

/// The refusal of an export.
func refusal(_ export: String, _ choose: (inout SanitizingOptions) -> Void = { _ in }) -> ExportError? {
    do {
        _ = try SanitizedFile(export, choose)
        return nil
    } catch {
        return error as? ExportError
    }
}
