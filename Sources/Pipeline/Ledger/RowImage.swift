package import Catalogue
import Storage

internal import Foundation

/// What a row held before a relocation overwrote it, and what the relocation has written: only columns that have changed.
package struct RowImage: Sendable, Equatable {
    package struct Change: Sendable, Equatable {
        package var before: Value
        package var written: Value
    }

    package let id: Int64
    /// Column → its values.
    package var changes: [String: Change]

    package init(id: Int64, changes: [String: Change]) {
        self.id = id
        self.changes = changes
    }

    /// The images of rows as they were read before and after: each the id, then the columns. Rows that hold what they held
    /// have none.
    static func list(_ columns: [String], before: [[Value]], after: [[Value]]) -> [RowImage] {
        let written = Dictionary(after.map { ($0[0], $0) }, uniquingKeysWith: { first, _ in first })
        return before.compactMap { old in
            guard let id = old[0].integer, let new = written[old[0]] else { return nil }
            var changes: [String: Change] = [:]
            for (place, column) in columns.enumerated() where old[place + 1] != new[place + 1] {
                changes[column] = Change(before: old[place + 1], written: new[place + 1])
            }
            return changes.isEmpty ? nil : RowImage(id: id, changes: changes)
        }
    }

    /// This image after the same relocation has overwritten the row once more: the first values before, the last written.
    func followed(by later: RowImage) -> RowImage {
        var image = self
        for (column, change) in later.changes {
            image.changes[column] = Change(before: changes[column]?.before ?? change.before, written: change.written)
        }
        return image
    }

    /// The image of a later relocation once this one's never happened: it has found what this one found.
    package func taken(from later: RowImage) -> RowImage {
        var image = later
        for (column, change) in later.changes {
            if let own = changes[column], own.written == change.before { image.changes[column]?.before = own.before }
        }
        return image
    }

    /// The columns that still hold what the relocation has written, and what they held before. Others were changed since.
    ///
    /// - Parameter current: column → value
    package func restorable(_ current: [String: Value]) -> [String: Value] {
        changes.filter { current[$0.key] == $0.value.written }.mapValues(\.before)
    }
}

// MARK: As text

extension RowImage {
    /// Column → values before and written, as JSON. Each value names its kind, so that every version reads it the same way.
    var text: String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        encoder.nonConformingFloatEncodingStrategy = Self.infinities
        // Every value encodes.
        let data = try? encoder.encode(changes.mapValues { [StoredValue($0.before), StoredValue($0.written)] })
        return data.map { String(decoding: $0, as: UTF8.self) } ?? "{}"
    }

    private static let infinities = JSONEncoder.NonConformingFloatEncodingStrategy.convertToString(
        positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")

    init(id: Int64, text: String) throws(StorageError) {
        let decoder = JSONDecoder()
        decoder.nonConformingFloatDecodingStrategy = .convertFromString(
            positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
        self.init(id: id, changes: [:])
        do {
            for (column, values) in try decoder.decode([String: [StoredValue]].self, from: Data(text.utf8)) {
                guard values.count == 2 else { throw Self.unreadable(id) }
                changes[column] = Change(before: values[0].value, written: values[1].value)
            }
        } catch {
            throw Self.unreadable(id)
        }
    }

    private static func unreadable(_ id: Int64) -> StorageError {
        let table = OwnTables.standard.before.name
        return StorageError(.other, "what the row \(id) held before cannot be read in \(table)", table: table)
    }
}

/// A value as a JSON object with one member, which names its kind; without members it is null.
private struct StoredValue: Codable {
    var bool: Bool?
    var integer: Int64?
    var double: Double?
    var text: String?
    /// Microseconds since 1970 UTC.
    var timestamp: Int64?
    var texts: [String?]?
    var doubles: [[Double]]?

    init(_ value: Value) {
        switch value {
        case .null: break
        case .bool(let value): bool = value
        case .integer(let value): integer = value
        case .double(let value): double = value
        case .text(let value): text = value
        case .timestamp(let value): timestamp = value
        case .textArray(let value): texts = value
        case .doubleArray(let value): doubles = value
        }
    }

    var value: Value {
        if let bool { return .bool(bool) }
        if let integer { return .integer(integer) }
        if let double { return .double(double) }
        if let text { return .text(text) }
        if let timestamp { return .timestamp(timestamp) }
        if let texts { return .textArray(texts) }
        if let doubles { return .doubleArray(doubles) }
        return .null
    }
}
