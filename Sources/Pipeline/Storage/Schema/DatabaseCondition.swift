/// What a database says of itself, as far as an import depends on it.
public struct DatabaseCondition: Sendable, Equatable {
    /// A PostgreSQL server in recovery: it follows another one and takes no writes.
    public var isStandby = false
    /// Whether a new transaction would refuse writes.
    public var isReadOnly = false
    /// Bytes that the database takes; nil if unknown.
    public var usedBytes: Int64?
    /// Bytes that its file system has left; nil if they cannot be known: PostgreSQL tells nobody.
    public var freeBytes: Int64?
    /// The server's clock in microseconds since 1970; nil if there is no server.
    public var now: Int64?
    /// As whom statements run; empty if the database knows no users.
    public var user = ""

    public init() {}
}

/// What a user may not do with one object of a database.
public struct MissingGrant: Sendable, Equatable {
    public enum Object: String, Sendable {
        case schema = "SCHEMA"
        case table = "TABLE"
        case sequence = "SEQUENCE"
    }

    public let object: Object
    /// As statements name it.
    public let name: String
    /// As GRANT names them.
    public let privileges: [String]
    /// What needs them.
    public let purpose: Purpose
    public let user: String

    public enum Purpose: Sendable {
        case everyImport
        /// A Global import only, which empties tables; of tables an undo, too.
        case global
        /// An undo only.
        case undo
    }

    /// The statement that grants it.
    public var remedy: String {
        "GRANT \(privileges.joined(separator: ", ")) ON \(object.rawValue) \(name) TO \(SQLText.quoted(user))"
    }
}
