import EventFormat
import ExportFormat
import Foundation
import TestSupport

/// What the reference did with events, if it is available.
enum Recordings {
    static let folder = ProcessInfo.processInfo.environment["RELOCATION_PARITY_DIR"].map { $0 + "/events" }

    static func read(_ name: String) throws -> FieldValue {
        let data = try Data(contentsOf: URL(fileURLWithPath: (folder ?? "") + "/" + name))
        return try ValueReader(maxDepth: 1024).value(Array(data))
    }

    /// Recorded payloads as they are before saving, by name.
    static func payloads() throws -> [String: FieldValue] {
        let all = try read("payloads.json").items
        return Dictionary(all.map { ($0["name"].text ?? "", $0["normalized"]) }, uniquingKeysWith: { $1 })
    }
}

/// A value in the one spelling in which equal values are the same text.
func spelled(_ value: FieldValue) -> String { String(decoding: EventText.stored(value), as: UTF8.self) }

func parsed(_ json: String) throws -> FieldValue { try ValueReader(maxDepth: 1024).value(Array(json.utf8)) }
