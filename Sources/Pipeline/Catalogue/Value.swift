/// One column's value between an export and a database. JSON, UUIDs (dashed, lower case), addresses and text are all
/// `text`; the column's type says how a database takes them.
public enum Value: Sendable, Hashable {
    case null
    case bool(Bool)
    case integer(Int64)
    case double(Double)
    case text(String)
    /// Microseconds since 1970-01-01T00:00:00Z.
    case timestamp(Int64)
    case textArray([String?])
    /// Rows of a two-dimensional array.
    case doubleArray([[Double]])

    public var isNull: Bool { self == .null }

    public var integer: Int64? {
        if case .integer(let value) = self { value } else { nil }
    }

    public var text: String? {
        if case .text(let value) = self { value } else { nil }
    }

    public var bool: Bool? {
        if case .bool(let value) = self { value } else { nil }
    }
}

/// One source row, decoded against its model.
public struct Row: Sendable {
    /// 1-based place among the file's rows of this model, filtered ones included.
    public let ordinal: Int64
    /// The export's primary key; nil where it is null or missing, which drops the row.
    public let sourcePK: Int64?
    /// One value a column of the model, in column order; `id` and database-only columns are null.
    public var values: [Value]

    public init(ordinal: Int64, sourcePK: Int64?, values: [Value]) {
        self.ordinal = ordinal
        self.sourcePK = sourcePK
        self.values = values
    }
}
