/// A column's type in the destination, as PostgreSQL names it.
public enum ColumnType: Sendable, Equatable {
    case smallint, integer, bigint
    case boolean, double
    case varchar(Int?)
    case text, citext, inet, uuid
    case timestamptz, timestamp
    case json, jsonb
    case textArray, doubleArray

    /// Reads the notation of ``CatalogueText``: `varchar(64)`, `text[]`, `timestamptz`.
    init?(_ text: some StringProtocol) {
        switch text {
        case "smallint": self = .smallint
        case "integer": self = .integer
        case "bigint": self = .bigint
        case "boolean": self = .boolean
        case "double": self = .double
        case "varchar": self = .varchar(nil)
        case "text": self = .text
        case "citext": self = .citext
        case "inet": self = .inet
        case "uuid": self = .uuid
        case "timestamptz": self = .timestamptz
        case "timestamp": self = .timestamp
        case "json": self = .json
        case "jsonb": self = .jsonb
        case "text[]": self = .textArray
        case "double[]": self = .doubleArray
        default:
            guard text.hasPrefix("varchar("), text.hasSuffix(")"), let length = Int(text.dropFirst(8).dropLast()) else {
                return nil
            }
            self = .varchar(length)
        }
    }

    /// The longest text the column holds, in Unicode scalars; nil if the type sets no limit.
    public var maxLength: Int? {
        if case .varchar(let length) = self { length } else { nil }
    }

    /// The integers the column holds; nil for a type that holds none.
    public var integerRange: ClosedRange<Int64>? {
        switch self {
        case .smallint: Int64(Int16.min)...Int64(Int16.max)
        case .integer: Int64(Int32.min)...Int64(Int32.max)
        case .bigint: Int64.min...Int64.max
        case .boolean, .double, .varchar, .text, .citext, .inet, .uuid, .timestamptz, .timestamp, .json, .jsonb,
            .textArray, .doubleArray:
            nil
        }
    }
}

extension ColumnType {
    /// How an export writes such a column if the catalogue names no encoding.
    var impliedEncoding: FieldEncoding {
        switch self {
        case .smallint, .integer, .bigint: .int
        case .boolean: .bool
        case .double: .float
        case .timestamptz, .timestamp: .datetime
        case .uuid: .uuid
        case .varchar, .text, .citext, .inet: .string
        case .json, .jsonb: .nestedJSON
        case .textArray, .doubleArray: .pythonList
        }
    }
}

/// How an export writes a field (behaviour: section 1.3 of the reference's file format).
public enum FieldEncoding: String, Sendable {
    case int
    case float
    case bool
    case string
    case datetime
    case uuid
    /// A bit-flag column: a decimal integer inside a string.
    case flags
    /// A text column that holds JSON, written inline as nested JSON.
    case nestedJSON = "nested-json"
    /// Containers and strings as JSON text inside a string; numbers, booleans and null raw.
    case pickled
    /// JSON text inside a string, an object.
    case jsonText = "json-text"
    /// An array as the Python `repr` of a list inside a string.
    case pythonList = "python-list"
    /// An array as JSON text inside a string, or null.
    case jsonArray = "json-array"
}

/// How a column points at another model's rows.
public enum ReferenceKind: String, Sendable {
    case foreignKey = "F"
    case oneToOne = "O"
    case oneToOneCascade = "OC"
    /// A key into the other silo, without a database constraint.
    case hybridCloud = "H"
    /// An integer column named after a model.
    case implicit = "I"

    /// Whether the export spells the field without its `_id`.
    var dropsIDSuffix: Bool {
        switch self {
        case .foreignKey, .oneToOne, .oneToOneCascade: true
        case .hybridCloud, .implicit: false
        }
    }
}

/// A reference whose value is rewritten through the primary-key map.
public struct Reference: Sendable, Equatable {
    /// The model pointed at, lower case. May be an Excluded one, which is never mapped.
    public let model: String
    public let kind: ReferenceKind
}

/// The value of a key that is missing from a row's fields.
public enum DefaultValue: Sendable, Equatable {
    case literal(Value)
    case now(offsetSeconds: Int64)
    /// 64 hexadecimal digits of 32 random bytes.
    case hex64
    /// 32 random characters of `[A-Za-z0-9]`.
    case alphanumeric32
    case uuid4
    /// Two capitalised words.
    case petName
}

/// What the text of a column means, if exports and checks treat it in a special way.
public enum ColumnMeaning: String, Sendable {
    case email, url, ip
}

/// One column of a table.
// Thirteen properties: each is an option of its own in the column's line of the catalogue.
public struct Column: Sendable {
    public let name: String
    /// The key in an export's `fields`.
    public internal(set) var field: String
    public let type: ColumnType
    public let isNullable: Bool
    public internal(set) var encoding: FieldEncoding
    public internal(set) var reference: Reference?
    /// The table a database constraint points at; nil if there is none.
    public internal(set) var constrainedTable: String?
    /// What a missing key becomes.
    public internal(set) var defaultValue = DefaultValue.literal(.null)
    /// A 32-bit column whose values the reference asserts to lie within 0...2147483647.
    public internal(set) var isBounded = false
    /// Names of the flag bits, lowest first; empty for other columns.
    public internal(set) var bits: [String] = []
    public internal(set) var meaning: ColumnMeaning?
    /// SQL text of the schema's own default.
    public internal(set) var databaseDefault: String?
    /// In the table, not in the export; never written.
    public internal(set) var isDatabaseOnly = false

    package init(_ name: String, _ type: ColumnType, isNullable: Bool) {
        self.name = name
        self.type = type
        self.isNullable = isNullable
        field = name
        encoding = type.impliedEncoding
    }

    public var isPrimaryKey: Bool { name == "id" }

    /// What a row has that brings no value; null if that differs from row to row.
    package var usualValue: Value { if case .literal(let value) = defaultValue { value } else { .null } }
}
