/// A table of the live database, read from the database's own catalogue.
public struct LiveTable: Sendable {
    public var columns: [String: LiveColumn] = [:]
    public var uniques: [LiveUnique] = []
    /// Columns of each check.
    public var checks: [Set<String>] = []
    /// Column → table it points at.
    public var foreignKeys: [String: String] = [:]
    /// Whether the database numbers its rows.
    public var hasSequence = false

    public init() {}
}

public struct LiveColumn: Sendable {
    /// As PostgreSQL shows it: `character varying(64)`.
    public let type: String
    public let isNullable: Bool
    /// A default, an identity or a generated value: the column may be left out of an insert.
    public let hasDefault: Bool
    /// The default as the database shows it: `'organization'::character varying`.
    public var defaultText = ""
}

/// A unique index or constraint, the primary key included.
public struct LiveUnique: Sendable {
    public let name: String
    /// nil for an expression.
    public let columns: [String?]
    public let condition: String?
    public let isPrimaryKey: Bool
}
