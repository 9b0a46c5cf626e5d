/// An error of a database. Its description is safe to show: it names tables, columns and constraints, never a value, a
/// password or a statement's arguments.
public struct StorageError: Error, Sendable, Equatable, CustomStringConvertible {
    public enum Kind: Sendable, Equatable, CaseIterable {
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
        /// The file cannot be created: its folder is missing.
        case cannotCreate
        /// A table or column is missing or of another type; the database is older than ours.
        case schemaMismatch
        /// The database holds tables that are not ours: `migrate` refuses it.
        case occupied
        /// The lease was lost: nothing more may be written.
        case leaseLost
        case other
    }

    /// The place of the error, as far as it is known.
    public struct Place: Sendable, Equatable {
        public var table: String?
        /// The violated constraint, or the columns of the violated index.
        public var constraint: String?
        /// The columns at fault, if the database names them: those of the violated index, the null one.
        public var columns: [String]
        /// Index of the failing row within the batch.
        public var rowIndex: Int?
        /// `id` of the failing row, if there is no batch: one that only a commit finds (deferred foreign keys), or one whose
        /// values cannot be read.
        public var rowID: Int64?

        public init(
            table: String? = nil, constraint: String? = nil, columns: [String] = [], rowIndex: Int? = nil,
            rowID: Int64? = nil
        ) {
            self.table = table
            self.constraint = constraint
            self.columns = columns
            self.rowIndex = rowIndex
            self.rowID = rowID
        }
    }

    public let kind: Kind
    public let message: String
    public private(set) var place: Place

    public init(_ kind: Kind, _ message: String, at place: Place = Place()) {
        self.kind = kind
        self.message = message
        self.place = place
    }

    public init(_ kind: Kind, _ message: String, table: String?) {
        self.init(kind, message, at: Place(table: table))
    }

    public var table: String? { place.table }
    public var constraint: String? { place.constraint }
    public var columns: [String] { place.columns }
    public var rowIndex: Int? { place.rowIndex }
    public var rowID: Int64? { place.rowID }

    public var description: String { message }

    /// A row was found, and then deleted by another connection.
    static let missingRow = StorageError(.contention, "a row was deleted between its look-up and its update")

    static func noIDsLeft(in table: String) -> StorageError {
        StorageError(.invalidValue, "\(table) has no ids left", table: table)
    }

    /// A violated constraint, in the same words for both databases.
    static func violation(_ kind: Kind, at place: Place) -> StorageError {
        let table = place.table ?? "a table"
        let what = place.columns.isEmpty ? place.constraint ?? "" : place.columns.joined(separator: ", ")
        let words =
            switch kind {
            case .uniqueViolation: "\(table) already holds a row with the same \(what)"
            case .foreignKeyViolation: "\(table): \(what) points at a row that does not exist"
            case .notNullViolation: "\(table): \(what) must not be null"
            case .checkViolation: "\(table) violates the check \(what)"
            case .invalidValue, .unavailable, .contention, .full, .readOnly, .permissionDenied, .cannotCreate,
                .schemaMismatch, .occupied, .leaseLost, .other:
                "\(table) violates the constraint \(what)"
            }
        return StorageError(kind, words, at: place)
    }

    /// The same error with the index of the failing row.
    func at(row index: Int) -> StorageError {
        var error = self
        error.place.rowIndex = index
        return error
    }

    /// The same error at another table.
    func at(table: String) -> StorageError {
        var error = self
        error.place.table = table
        return error
    }

    /// The same error with its table, if the database did not name one.
    func naming(_ table: String) -> StorageError {
        guard place.table == nil else { return self }
        var error = self
        error.place.table = table
        return error
    }
}
