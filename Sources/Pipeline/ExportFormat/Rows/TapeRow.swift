/// The fields of one row, on the tape of its parser: valid until that parser's next row.
package struct TapeRow {
    private let fields: TapeValue

    /// nil for a row without fields.
    package init?(_ row: Envelope) {
        guard let fields = row.fields else { return nil }
        self.fields = fields
    }

    package init(fields: TapeValue) { self.fields = fields }

    /// A field's value; nil if its key is missing. Of a key that occurs twice, the last one counts.
    package func value(_ name: FieldName) -> TapeValue? {
        var found: TapeValue?
        var items = fields.items
        while let key = items.next(), let value = items.next() {
            if name.isSpelled(key.bytes) { found = value }
        }
        return found
    }

    /// All fields but some.
    package func rest(without left: [FieldName]) -> FieldValue {
        let entries = TapeEntries(fields).entries.filter { entry in !left.contains { $0.isSpelled(entry.key.bytes) } }
        return .object(sorting: entries.map { .init($0.key.text, $0.value.fieldValue) })
    }

    /// The digest of all fields but some.
    package func restDigest(without left: [FieldName]) -> UInt64 {
        fields.entriesDigest { key in !left.contains { $0.isSpelled(key) } }
    }

    /// Whether the other fields have the same JSON in both rows.
    package func hasSameRest(as other: TapeRow, without left: [FieldName]) -> Bool {
        var mine = RestItems(fields, left)
        var theirs = RestItems(other.fields, left)
        while let (key, value) = mine.next() {
            guard let (otherKey, otherValue) = theirs.next(), key.bytes.isSame(as: otherKey.bytes),
                value.isSame(as: otherValue)
            else { return rest(without: left) == other.rest(without: left) }
        }
        return theirs.next() == nil || rest(without: left) == other.rest(without: left)
    }
}

/// Goes through the entries of an object without some of them.
private struct RestItems {
    private var items: TapeItems
    private let left: [FieldName]

    init(_ object: TapeValue, _ left: [FieldName]) {
        items = object.items
        self.left = left
    }

    @inline(__always)
    mutating func next() -> (TapeValue, TapeValue)? {
        while let key = items.next(), let value = items.next() {
            let bytes = key.bytes
            if !left.contains(where: { $0.isSpelled(bytes) }) { return (key, value) }
        }
        return nil
    }
}
