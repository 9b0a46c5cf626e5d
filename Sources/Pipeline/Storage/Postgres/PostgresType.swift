internal import Catalogue

/// PostgreSQL's numbers for the types that travel as parameters: the same in every server.
enum PostgresType {
    static let bool: UInt32 = 16
    static let int8: UInt32 = 20
    static let text: UInt32 = 25
    static let float8: UInt32 = 701
    static let int8Array: UInt32 = 1_016
    static let textArray: UInt32 = 1_009
}

extension ColumnType {
    /// How values of the type travel as elements of a parameter array: the element's type and the array's. If a
    /// type has no fixed number (`citext`), or is an array itself, its text travels and is cast.
    var wireElement: (element: UInt32, array: UInt32) {
        switch self {
        case .smallint: (21, 1_005)
        case .integer: (23, 1_007)
        case .bigint: (20, 1_016)
        case .boolean: (16, 1_000)
        case .double: (701, 1_022)
        case .varchar, .text, .citext, .textArray, .doubleArray: (25, 1_009)
        case .inet: (869, 1_041)
        case .uuid: (2_950, 2_951)
        case .timestamptz: (1_184, 1_185)
        case .timestamp: (1_114, 1_115)
        case .json: (114, 199)
        case .jsonb: (3_802, 3_807)
        }
    }

    /// The cast that makes the column's type of such an element; empty if it is that type already.
    var wireCast: String {
        switch self {
        case .citext, .textArray, .doubleArray: "::\(sqlName)"
        case .smallint, .integer, .bigint, .boolean, .double, .varchar, .text, .inet, .uuid, .timestamptz, .timestamp,
            .json, .jsonb:
            ""
        }
    }
}
