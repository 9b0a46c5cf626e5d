internal import FoundationEssentials

/// How many rows of each model there are, and between which primary keys. Where a destination remembers nothing else of
/// an import, this tells whether its rows can have come from a file.
public struct KeyBounds: Sendable, Equatable {
    /// The rows of one model; no key range if none has a key.
    public struct Model: Sendable, Equatable {
        public let rows: Int64
        public let keys: ClosedRange<Int64>?

        public init(rows: Int64, keys: ClosedRange<Int64>?) {
            self.rows = rows
            self.keys = keys
        }
    }

    /// Model name → its rows.
    public var models: [String: Model] = [:]

    public init() {}

    /// The first reason why rows with these bounds cannot have come from the file that these bounds describe; nil if
    /// there is none.
    public func misfit(of written: KeyBounds) -> String? {
        for (name, found) in written.models.sorted(by: { $0.key < $1.key }) where found.rows > 0 {
            guard let model = models[name] else { return "rows of \(name), of which this file has none" }
            if found.rows > model.rows {
                return "\(found.rows) rows of \(name), of which this file has only \(model.rows)"
            }
            guard let keys = found.keys else { continue }
            guard let own = model.keys, own.contains(keys.lowerBound), own.contains(keys.upperBound) else {
                return "rows of \(name) with primary keys that this file does not have"
            }
        }
        return nil
    }

    /// As a record holds it: `{"sentry.user":[rows,lowest,highest]}`.
    public var json: String {
        let lists = models.mapValues { [$0.rows] + ($0.keys.map { [$0.lowerBound, $0.upperBound] } ?? []) }
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        // Texts and whole numbers always encode.
        return (try? encoder.encode(lists)).map { String(decoding: $0, as: UTF8.self) } ?? ""
    }

    /// Nil for a text that is not such a record: the bounds are unknown.
    public init?(json: String) {
        // A record of an older enqueuer has none.
        guard let lists = try? JSONDecoder().decode([String: [Int64]].self, from: Data(json.utf8)) else { return nil }
        for (name, list) in lists {
            guard let rows = list.first else { return nil }
            let keys = list.count == 3 && list[1] <= list[2] ? list[1]...list[2] : nil
            models[name] = Model(rows: rows, keys: keys)
        }
    }
}
