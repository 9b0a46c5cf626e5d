package import Catalogue
import Glibc

/// A model, prepared for decoding many of its rows. The data that every row uses has memory of its own.
package final class ModelPlan {
    package let model: Model
    /// What a missing key becomes, in column order.
    let defaults: [DefaultValue]
    /// Columns that exports carry, in column order, each with the place of its value in the current row.
    let fields: UnsafeMutableBufferPointer<Field>

    /// Whether a key occurs twice in the current row.
    private(set) var hasRepeatedKey = false

    /// The keys a row may use; their names lie one after the other.
    private let keys: UnsafeMutableBufferPointer<Key>
    private let names: UnsafeMutableBufferPointer<UInt8>

    struct Field {
        /// Index among the model's columns.
        let column: Int
        let rule: FieldRule
        /// Index of the value on the tape of the current row; 0 if its key is missing.
        var position: Int
    }

    private struct Key {
        let start: Int
        let count: Int
        /// Index among the fields; nil for a field that no longer exists.
        let field: Int?
        /// The key that followed this one in an earlier row: a guess that is nearly always right.
        var follower: Int
    }

    init(_ model: Model, deletedFields: Set<String>) {
        self.model = model
        defaults = model.columns.map(\.defaultValue)
        let columns = model.columns.indices.filter {
            !model.columns[$0].isPrimaryKey && !model.columns[$0].isDatabaseOnly
        }
        fields = .allocate(capacity: columns.count)
        _ = fields.initialize(
            from: columns.map { Field(column: $0, rule: FieldRule(model.columns[$0], of: model.name), position: 0) })
        var names: [UInt8] = []
        var keys: [Key] = []
        let known = model.fieldIndices.sorted { ($0.value, $0.key) < ($1.value, $1.key) }
        for (name, column) in known.map({ ($0.key, Optional($0.value)) }) + deletedFields.map({ ($0, nil) }) {
            let field = column.flatMap { columns.firstIndex(of: $0) }
            keys.append(Key(start: names.count, count: name.utf8.count, field: field, follower: keys.count + 1))
            names += Array(name.utf8)
        }
        self.names = .allocate(capacity: names.count)
        _ = self.names.initialize(from: names)
        self.keys = .allocate(capacity: keys.count)
        _ = self.keys.initialize(from: keys)
    }

    deinit {
        fields.deallocate()
        keys.deallocate()
        names.deallocate()
    }

    /// Finds the value of each column. If a key occurs twice, the last one counts.
    func locate(_ object: TapeValue) throws(UnknownField) {
        for place in fields.indices { fields[place].position = 0 }
        hasRepeatedKey = false
        var guess = 0
        var last = 0
        var items = object.items
        while let key = items.next(), let value = items.next() {
            let bytes = key.bytes
            var place = guess
            if place >= keys.count || !matches(place, bytes) {
                place = try search(key)
                keys[last].follower = place
            }
            if let field = keys[place].field {
                if fields[field].position != 0 { hasRepeatedKey = true }
                fields[field].position = value.index
            }
            last = place
            guess = keys[place].follower
        }
    }

    /// The same for a row with unknown keys. Returns their names.
    func locateKnown(_ object: TapeValue) -> [String] {
        for place in fields.indices { fields[place].position = 0 }
        var unknown: [String] = []
        var items = object.items
        while let key = items.next(), let value = items.next() {
            if let place = keys.indices.first(where: { matches($0, key.bytes) }) {
                if let field = keys[place].field { fields[field].position = value.index }
            } else {
                unknown.append(key.text)
            }
        }
        return unknown
    }

    private func search(_ key: TapeValue) throws(UnknownField) -> Int {
        guard let place = keys.indices.first(where: { matches($0, key.bytes) }) else {
            throw UnknownField(name: key.text)
        }
        return place
    }

    /// Index among ``fields`` of a column.
    func field(ofColumn column: Int) -> Int? { fields.firstIndex { $0.column == column } }

    @inline(__always)
    private func matches(_ place: Int, _ bytes: UnsafeBufferPointer<UInt8>) -> Bool {
        let key = keys[place]
        guard key.count == bytes.count, let left = names.baseAddress, let right = bytes.baseAddress else {
            return false
        }
        return memcmp(left + key.start, right, key.count) == 0
    }
}

/// A key that a model does not know.
struct UnknownField: Error {
    let name: String
}
