/// One column's value between an export and a database. JSON, UUIDs (dashed, lower case), addresses and text are all
/// `text`; the column's type says how a database stores them.
///
/// Texts are equal if their UTF-8 is equal, as in the databases. Swift's own comparison would treat the composed and
/// the decomposed spelling of a letter as the same key.
public enum Value: Sendable {
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

    public var isNull: Bool { if case .null = self { true } else { false } }

    public var integer: Int64? {
        if case .integer(let value) = self { value } else { nil }
    }

    public var text: String? {
        if case .text(let value) = self { value } else { nil }
    }

    /// Microseconds since 1970 UTC.
    public var timestamp: Int64? {
        if case .timestamp(let instant) = self { instant } else { nil }
    }

    public var bool: Bool? {
        if case .bool(let value) = self { value } else { nil }
    }
}

extension Value: Hashable {
    public static func == (left: Value, right: Value) -> Bool {
        switch (left, right) {
        case (.null, .null): true
        case (.bool(let left), .bool(let right)): left == right
        case (.integer(let left), .integer(let right)): left == right
        case (.double(let left), .double(let right)): left == right
        case (.text(let left), .text(let right)): ExactText(left) == ExactText(right)
        case (.timestamp(let left), .timestamp(let right)): left == right
        case (.textArray(let left), .textArray(let right)):
            left.map { $0.map(ExactText.init) } == right.map { $0.map(ExactText.init) }
        case (.doubleArray(let left), .doubleArray(let right)): left == right
        case (.null, _), (.bool, _), (.integer, _), (.double, _), (.text, _), (.timestamp, _), (.textArray, _),
            (.doubleArray, _):
            false
        }
    }

    public func hash(into hasher: inout Hasher) {
        switch self {
        case .null: hasher.combine(0)
        case .bool(let value): hasher.combine(value)
        case .integer(let value), .timestamp(let value): hasher.combine(value)
        case .double(let value): hasher.combine(value)
        case .text(let text): hasher.combine(ExactText(text))
        case .textArray(let items): hasher.combine(items.map { $0.map(ExactText.init) })
        case .doubleArray(let rows): hasher.combine(rows)
        }
    }
}

/// A text that equals another if their UTF-8 is the same: a key as databases compare it.
public struct ExactText: Sendable, Hashable {
    public let text: String

    public init(_ text: String) { self.text = text }

    public static func == (left: ExactText, right: ExactText) -> Bool {
        left.text.utf8.count == right.text.utf8.count && left.text.utf8.elementsEqual(right.text.utf8)
    }

    public func hash(into hasher: inout Hasher) {
        var text = text
        text.withUTF8 { hasher.combine(bytes: UnsafeRawBufferPointer($0)) }
    }
}

/// One source row, decoded against its model.
public struct Row: Sendable {
    /// 1-based place among the file's rows of this model, filtered ones included.
    public let ordinal: Int64
    /// The export's primary key; nil if it is null or missing, which drops the row.
    public let sourcePK: Int64?
    /// One value per column of the model, in column order; `id` and database-only columns are null.
    public var values: [Value]
    /// Tells what the file has in this row, however it is formatted.
    public let digest: UInt64
    /// A bit for each column, by its place, whose value the file lacks and the reader has made up: the time at hand, or a
    /// random text. Another reader makes up another.
    public let madeUp: UInt64

    public init(ordinal: Int64, sourcePK: Int64?, values: [Value], digest: UInt64 = 0, madeUp: UInt64 = 0) {
        self.ordinal = ordinal
        self.sourcePK = sourcePK
        self.values = values
        self.digest = digest
        self.madeUp = madeUp
    }
}
