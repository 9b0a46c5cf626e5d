public import ExportFormat

/// One side of a comparison: a row of a file, or of a database in an export's form.
public protocol ComparedRow {
    var key: RowKey { get }

    /// A field's value; null if the row lacks it.
    func value(_ field: FieldName) -> FieldValue

    /// All fields but some, as an object.
    func rest(without fields: [FieldName]) -> FieldValue

    /// Whether the other fields have the same JSON in both rows.
    func hasSameRest(as other: Self, without fields: [FieldName]) -> Bool
}

/// A row that is held in memory.
public struct PlainRow: ComparedRow, Sendable {
    public let key: RowKey
    private let fields: [FieldValue.Member]

    /// - Parameter fields: each once, in any order
    public init(key: RowKey, fields: [FieldValue.Member]) {
        self.key = key
        self.fields = fields
    }

    public func value(_ field: FieldName) -> FieldValue {
        fields.first { $0.key.utf8.elementsEqual(field.text.utf8) }?.value ?? .null
    }

    public func rest(without left: [FieldName]) -> FieldValue {
        .object(sorting: fields.filter { member in !left.contains { $0.text.utf8.elementsEqual(member.key.utf8) } })
    }

    public func hasSameRest(as other: PlainRow, without fields: [FieldName]) -> Bool {
        rest(without: fields) == other.rest(without: fields)
    }
}

/// Two rows of the same model and ordinal, and what their references mean.
public struct RowPair<Row: ComparedRow> {
    public let left: Row
    public let right: Row
    let references: References

    public init(_ left: Row, _ right: Row, _ references: References) {
        self.left = left
        self.right = right
        self.references = references
    }
}

/// Finds the ordinals that references stand for on each side: equal rows refer to rows with equal ordinals.
public struct References {
    /// The ordinal of the row of that model with that key; nil if there is none.
    public typealias Ordinal = (_ model: String, _ key: FieldValue) -> Int64?

    let left: Ordinal
    let right: Ordinal

    public init(left: @escaping Ordinal, right: @escaping Ordinal) {
        self.left = left
        self.right = right
    }
}
