package import Catalogue
import Glibc

/// A model, prepared for decoding many of its rows. The data that every row uses has memory of its own.
// Eight properties and more: each row moves those that change.
package final class ModelPlan {
    package let model: Model
    /// What a missing key becomes, in column order.
    let defaults: [DefaultValue]
    /// Columns that exports carry, in column order, each with the place of its value in the current row.
    let fields: UnsafeMutableBufferPointer<Field>

    /// Names that rows of other versions use and the model does not have, each with the place of its value in the current
    /// row; 0 if its key is missing.
    package var oldFields: [OldField] { old }
    private var old: [OldField] = []

    /// Whether the current row has any of them.
    // Computed, because other rooms would check each access to a stored property at run time.
    package var hasOldFields: Bool { hasOld }
    private var hasOld = false
    /// The names of the fields.
    private let fieldNames: [String]
    private let fieldLengths: [Int]
    /// Whether a key occurs twice in the current row.
    private(set) var hasRepeatedKey = false

    /// The keys a row may use; their names lie one after the other.
    private var keys: UnsafeMutableBufferPointer<Key>
    private var names: UnsafeMutableBufferPointer<UInt8>

    /// A name that the model does not have.
    package struct OldField {
        package let name: String
        /// Index among the fields of the one that has its value now; nil if none has.
        let successor: Int?
        /// Its name.
        package let successorName: String?
        package fileprivate(set) var position = 0
    }

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
        /// Index among the fields; below 0 for an old field: `~target` is its index among these.
        let target: Int
        /// The key that followed this one in an earlier row: a guess that is nearly always right.
        var follower: Int
    }

    /// - Parameter oldFields: names that rows may use beside the model's own, each with the field that has its value now
    init(_ model: Model, oldFields: [String: String?]) {
        self.model = model
        defaults = model.columns.map(\.defaultValue)
        let columns = model.columns.indices.filter {
            !model.columns[$0].isPrimaryKey && !model.columns[$0].isDatabaseOnly
        }
        fields = .allocate(capacity: columns.count)
        _ = fields.initialize(
            from: columns.map { Field(column: $0, rule: FieldRule(model.columns[$0], of: model.name), position: 0) })
        fieldNames = columns.map { model.columns[$0].field }
        fieldLengths = fieldNames.map(\.utf8.count)
        keys = .allocate(capacity: 0)
        names = .allocate(capacity: 0)
        for (name, column) in model.fieldIndices.sorted(by: { ($0.value, $0.key) < ($1.value, $1.key) }) {
            if let field = columns.firstIndex(of: column) { append(name, target: field) }
        }
        for (name, successor) in oldFields.sorted(by: { $0.key < $1.key }) { admit(name, successor: successor) }
    }

    deinit {
        fields.deallocate()
        keys.deallocate()
        names.deallocate()
    }

    /// From now on rows may use this name.
    package func admit(_ name: String, successor: String? = nil) {
        let field = successor.flatMap(place(of:))
        old.append(OldField(name: name, successor: field, successorName: field == nil ? nil : successor))
        append(name, target: ~(old.count - 1))
    }

    private func append(_ name: String, target: Int) {
        let key = Key(start: names.count, count: name.utf8.count, target: target, follower: keys.count + 1)
        keys = Self.grown(keys, by: [key])
        names = Self.grown(names, by: Array(name.utf8))
    }

    private static func grown<Element>(
        _ old: UnsafeMutableBufferPointer<Element>, by more: [Element]
    ) -> UnsafeMutableBufferPointer<Element> {
        defer { old.deallocate() }
        let grown = UnsafeMutableBufferPointer<Element>.allocate(capacity: old.count + more.count)
        _ = grown.initialize(from: Array(old) + more)
        return grown
    }

    /// Finds the value of each column. If a key occurs twice, the last one counts.
    package func locate(_ object: TapeValue) throws(UnknownField) {
        forgetRow()
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
            take(value, keys[place].target)
            last = place
            guess = keys[place].follower
        }
        if hasOld { takeSuccessors() }
    }

    private func forgetRow() {
        for place in fields.indices { fields[place].position = 0 }
        if hasOld {
            for place in old.indices { old[place].position = 0 }
            hasOld = false
        }
        hasRepeatedKey = false
    }

    @inline(__always)
    private func take(_ value: TapeValue, _ target: Int) {
        if target < 0 {
            if old[~target].position != 0 { hasRepeatedKey = true }
            old[~target].position = value.index
            hasOld = true
        } else {
            if fields[target].position != 0 { hasRepeatedKey = true }
            fields[target].position = value.index
        }
    }

    /// A value under an old name counts if there is none under the new one.
    private func takeSuccessors() {
        for field in old where field.position != 0 {
            guard let successor = field.successor, fields[successor].position == 0 else { continue }
            fields[successor].position = field.position
        }
    }

    /// The same for a row with unknown keys. Returns their names.
    func locateKnown(_ object: TapeValue) -> [String] {
        forgetRow()
        var unknown: [String] = []
        var items = object.items
        while let key = items.next(), let value = items.next() {
            if let place = keys.indices.first(where: { matches($0, key.bytes) }) {
                take(value, keys[place].target)
            } else {
                unknown.append(key.text)
            }
        }
        takeSuccessors()
        hasRepeatedKey = false
        return unknown
    }

    private func search(_ key: TapeValue) throws(UnknownField) -> Int {
        guard let place = keys.indices.first(where: { matches($0, key.bytes) }) else {
            throw UnknownField(name: key.text)
        }
        return place
    }

    /// Place among the fields of the one with a name; nil if there is none.
    package func place(of field: String) -> Int? {
        // Lengths are compared first: that is done for many rows.
        let length = field.utf8.count
        for place in fieldLengths.indices where fieldLengths[place] == length && fieldNames[place] == field {
            return place
        }
        return nil
    }

    /// Where a field, or an old one, has its value on the tape of the current row; 0 if its key is missing.
    package func position(of name: String) -> Int {
        if let place = place(of: name) { return fields[place].position }
        return old.first { $0.name == name }?.position ?? 0
    }

    /// The name of the field at a place.
    package func name(at place: Int) -> String { fieldNames[place] }

    /// Where the field at a place has its value.
    package func position(at place: Int) -> Int { fields[place].position }

    /// The places of the fields that refer to rows, with the models of those.
    package var references: [(place: Int, model: String)] {
        fields.indices.compactMap { place in
            model.columns[fields[place].column].reference.map { (place, $0.model) }
        }
    }

    /// How a field is written.
    package func encoding(of name: String) -> FieldEncoding? {
        place(of: name).map { model.columns[fields[$0].column].encoding }
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
package struct UnknownField: Error {
    package let name: String
}
