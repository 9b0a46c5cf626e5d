public import Catalogue

/// How a destination of another version stores a table of the catalogue.
public struct TableLayout: Sendable {
    /// As the catalogue has it.
    public let table: Table
    /// As the destination has it: the columns that both know; nil if it has no such table.
    let live: Table?
    /// Columns that the destination lacks, and what a read of them gives.
    let gone: [String: Value]
    /// Columns of another type.
    let converted: [String: ColumnConversion]
    /// What a null becomes in columns that take none.
    let nullValues: [String: Value]
    /// Columns without which the destination takes no row.
    public let required: Set<String>
    /// Whether a column is another type that only its text form fills.
    var avoidsCopy = false

    /// Whether the destination has no such table.
    public var isGone: Bool { live == nil }

    /// Whether the destination has no such column.
    public func isGone(_ column: String) -> Bool { gone[column] != nil }

    /// What an import tells of a row with this value: nil if the destination takes it as it is, or if nothing is lost.
    public func change(of column: Column, _ value: Value) -> String? {
        guard isGone(column.name) else {
            return value.isNull && nullValues[column.name] != nil ? "null becomes an empty value" : nil
        }
        return value.isNull || Self.isNothing(value, column) ? nil : "the destination has no such column"
    }

    /// Columns of which ``change(of:_:)`` may tell something.
    public var changedColumns: Set<String> { Set(gone.keys).union(nullValues.keys) }

    /// Whether the value is what a row without it would have.
    private static func isNothing(_ value: Value, _ column: Column) -> Bool {
        switch column.defaultValue {
        case .literal(let usual): value == usual
        case .now, .hex64, .alphanumeric32, .uuid4, .petName: true
        }
    }
}

extension TableLayout {
    /// The live columns of those asked for, each with its place among them.
    func present(_ columns: [String]) -> [(place: Int, name: String)] {
        columns.enumerated().filter { gone[$0.element] == nil }.map { ($0.offset, $0.element) }
    }

    /// What columns that take no null get if a row does not bring them.
    func filled(besides columns: [String]) -> [(name: String, value: Value)] {
        guard !nullValues.isEmpty else { return [] }
        let brought = Set(columns)
        return nullValues.filter { !brought.contains($0.key) }.sorted { $0.key < $1.key }.map {
            ($0.key, stored($0.value, in: $0.key))
        }
    }

    /// A value as the destination stores it.
    func stored(_ value: Value, in column: String) -> Value {
        let value = value.isNull ? nullValues[column] ?? .null : value
        if value.isNull { return value }
        return converted[column]?.stored(value) ?? value
    }

    /// A value as the catalogue has it.
    func read(_ value: Value, from column: String) throws(StorageError) -> Value {
        guard !value.isNull, let conversion = converted[column] else { return value }
        guard let read = conversion.read(value) else {
            throw StorageError(
                .invalidValue, "\(table.name).\(column): a value that cannot be read as \(conversion.from.sqlName)",
                at: StorageError.Place(table: table.name, columns: [column]))
        }
        return read
    }
}
