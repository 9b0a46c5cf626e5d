/// A table of the live database, read from the database's own catalogue.
struct LiveTable {
    var columns: [String: LiveColumn] = [:]
    var uniques: [LiveUnique] = []
    /// Columns of each check.
    var checks: [Set<String>] = []
    /// Column → table it points at.
    var foreignKeys: [String: String] = [:]
    /// Whether the database numbers its rows.
    var hasSequence = false
}

struct LiveColumn {
    /// As PostgreSQL shows it: `character varying(64)`.
    let type: String
    let isNullable: Bool
    /// A default, an identity or a generated value: the column may be left out of an insert.
    let hasDefault: Bool
}

/// A unique index or constraint, the primary key included.
struct LiveUnique {
    let name: String
    /// nil for an expression.
    let columns: [String?]
    let condition: String?
    let isPrimaryKey: Bool
}
