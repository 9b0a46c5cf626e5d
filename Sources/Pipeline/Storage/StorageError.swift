/// What a database refused or could not do. Its description is safe to show: it names tables, columns and
/// constraints, never a value, a password or a statement's arguments.
public struct StorageError: Error, Sendable, Equatable, CustomStringConvertible {
    public enum Kind: Sendable, Equatable {
        case uniqueViolation
        case foreignKeyViolation
        case notNullViolation
        case checkViolation
        /// A value that does not fit its column: too long, out of range, malformed.
        case invalidValue
        /// The connection could not be made or was lost, or the server is starting or stopping.
        case unavailable
        /// Deadlock, serialization failure, lock or statement timeout, cancelled statement, busy database.
        case contention
        /// No room on the disk, or the database may not grow.
        case full
        case readOnly
        case permissionDenied
        /// The file cannot be made: its folder is missing.
        case cannotCreate
        /// A table or column is missing or of another type; the database is older than ours.
        case schemaMismatch
        /// The database belongs to somebody else: `migrate` refuses it.
        case occupied
        /// The lease was lost: nothing more may be written.
        case leaseLost
        case other
    }

    public let kind: Kind
    public let message: String
    public let table: String?
    /// The violated constraint, or the columns of the violated index.
    public let constraint: String?
    /// Index of the failing row within the batch; nil where it is not known.
    public let rowIndex: Int?
    /// The columns at fault, where the database names them: those of the violated index, the null one.
    public let columns: [String]
    /// `id` of the failing row, where only a commit finds it (deferred foreign keys) and no batch is at hand.
    public let rowID: Int64?

    public init(
        _ kind: Kind, _ message: String, table: String? = nil, constraint: String? = nil, rowIndex: Int? = nil,
        columns: [String] = [], rowID: Int64? = nil
    ) {
        self.kind = kind
        self.message = message
        self.table = table
        self.constraint = constraint
        self.rowIndex = rowIndex
        self.columns = columns
        self.rowID = rowID
    }

    public var description: String { message }

    /// Whether the same work may well succeed later without anybody's help.
    public var isPassing: Bool {
        switch kind {
        case .unavailable, .contention, .full, .readOnly: true
        case .uniqueViolation, .foreignKeyViolation, .notNullViolation, .checkViolation, .invalidValue,
            .permissionDenied, .cannotCreate, .schemaMismatch, .occupied, .leaseLost, .other:
            false
        }
    }

    /// A row that was there when it was looked up is gone.
    static let missingRow = StorageError(.contention, "a row was deleted between its look-up and its update")

    static func noIDsLeft(in table: String) -> StorageError {
        StorageError(.invalidValue, "\(table) has no ids left", table: table)
    }

    /// The same error, said of a row of the batch.
    func at(row index: Int) -> StorageError {
        StorageError(
            kind, message, table: table, constraint: constraint, rowIndex: index, columns: columns, rowID: rowID)
    }
}
