import Catalogue
import Glibc

/// A model, prepared for decoding many rows of it.
final class ModelPlan {
    let model: Model
    /// One a column, in column order.
    let rules: [FieldRule]
    /// Columns that exports carry.
    let columns: [Int]

    /// The keys a row may use, one behind the other.
    private let names: [UInt8]
    private let keys: [Key]
    /// The key that followed each key in the row before: a guess that is nearly always right.
    private var followers: [Int]
    /// Where in the row at hand each column's value lies on the tape; 0 where it is missing.
    private(set) var positions: [Int]

    private struct Key {
        let start: Int
        let count: Int
        /// nil for a field that no longer exists.
        let column: Int?
    }

    init(_ model: Model, deletedFields: Set<String>) {
        self.model = model
        rules = model.columns.map(FieldRule.init)
        columns = model.columns.indices.filter {
            !model.columns[$0].isPrimaryKey && !model.columns[$0].isDatabaseOnly
        }
        var names: [UInt8] = []
        var keys: [Key] = []
        let known = model.fieldIndices.sorted { ($0.value, $0.key) < ($1.value, $1.key) }
        for (name, column) in known.map({ ($0.key, Optional($0.value)) }) + deletedFields.map({ ($0, nil) }) {
            keys.append(Key(start: names.count, count: name.utf8.count, column: column))
            names += Array(name.utf8)
        }
        self.names = names
        self.keys = keys
        followers = keys.indices.map { $0 + 1 }
        positions = Array(repeating: 0, count: model.columns.count)
    }

    /// Finds where each column's value lies. Of a key that stands twice the last one counts.
    func locate(_ fields: TapeValue) throws(UnknownField) {
        for column in positions.indices { positions[column] = 0 }
        var guess = 0
        var last = 0
        var items = fields.items
        while let key = items.next(), let value = items.next() {
            let bytes = key.bytes
            var place = guess
            if place >= keys.count || !matches(place, bytes) {
                guard let found = keys.indices.first(where: { matches($0, bytes) }) else {
                    throw UnknownField(name: key.text)
                }
                place = found
                followers[last] = place
            }
            if let column = keys[place].column { positions[column] = value.index }
            last = place
            guess = followers[place]
        }
    }

    @inline(__always)
    private func matches(_ place: Int, _ bytes: UnsafeBufferPointer<UInt8>) -> Bool {
        let key = keys[place]
        guard key.count == bytes.count else { return false }
        return names.withUnsafeBufferPointer { names in
            guard let left = names.baseAddress, let right = bytes.baseAddress else { return key.count == 0 }
            return memcmp(left + key.start, right, key.count) == 0
        }
    }
}

/// A key that a model does not know.
struct UnknownField: Error {
    let name: String
}
