public import Catalogue

/// Creates, compares and finds the tables of a database. It uses the connection whose ``Database/schema`` it is, and
/// calls ``Database/beforeStatement`` as every statement does.
public protocol SchemaAdmin {
    /// Creates every table in an empty database, in a transaction of its own. Changes nothing if they all exist
    /// already; refuses a database that holds anything else.
    func migrate(_ tables: [Table]) throws(StorageError) -> MigrationResult

    /// Compares the live schema with the tables; an empty list means that an import can write and read them.
    func mismatches(with tables: [Table]) throws(StorageError) -> [SchemaMismatch]

    /// What the user of the connection may not do with those of the tables that exist; nothing is tried. Empty if the
    /// database knows no users.
    ///
    /// - Parameter cleared: names of the tables that a Global import empties
    func missingGrants(for tables: [Table], cleared: [String]) throws(StorageError) -> [MissingGrant]

    /// What the database says of itself.
    func condition() throws(StorageError) -> DatabaseCondition

    /// The columns of those tables of our own that exist.
    func ownColumns() throws(StorageError) -> [String: Set<String>]

    /// In an open transaction: waits until no other call changes the schema.
    func lock() throws(StorageError)

    /// In an open transaction: creates tables of our own.
    func createOwn(_ tables: [Table]) throws(StorageError)

    /// In an open transaction: adds a column to a table of our own.
    func add(_ column: Column, to table: Table) throws(StorageError)

    /// Those of the tables that exist, as the database has them.
    func live(_ tables: [String]) throws(StorageError) -> [String: LiveTable]

    /// The names of all tables and views that are not our own.
    func tableNames() throws(StorageError) -> [String]

    /// All foreign keys of one column, of all tables.
    func references() throws(StorageError) -> [LiveReference]

    /// Whether the table exists.
    func hasTable(_ name: String) throws(StorageError) -> Bool
}

/// A foreign key of a live database.
public struct LiveReference: Sendable, Hashable {
    public let table: String
    public let column: String
    /// The table that it points at.
    public let target: String
    /// Whether the table numbers its rows by a column `id`.
    public let hasID: Bool
}

/// What `migrate` found and did.
public enum MigrationResult: Sendable, Equatable {
    case created(tables: Int)
    /// All tables were there already.
    case unchanged
    /// The same, among tables of another program: a database of Sentry itself.
    case amongOthers
}

/// One way in which a live table differs from the catalogue.
public struct SchemaMismatch: Sendable, Equatable {
    public let table: String
    /// nil if the table as a whole is at fault.
    public let column: String?
    /// What differs: the expected and the found state, and what would fail because of it.
    public let message: String
    /// Whether an import would lose or falsify data, or fail. False for a harmless difference.
    public let isFatal: Bool

    public init(table: String, column: String?, message: String, isFatal: Bool) {
        self.table = table
        self.column = column
        self.message = message
        self.isFatal = isFatal
    }

    /// `auth_user.name`, or the table alone.
    public var place: String { column.map { "\(table).\($0)" } ?? table }
}
