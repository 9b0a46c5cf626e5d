internal import CSQLite
internal import Glibc

/// An error as SQLite reports it.
struct SQLiteFailure {
    /// Extended result code.
    let code: Int32
    let message: String
    let systemError: Int32

    func storageError(opening path: String) -> StorageError {
        guard code & 0xFF == SQLITE_CANTOPEN, systemError != 0 else { return storageError(table: nil) }
        let words = "cannot open \(path): \(SQLiteConnection.words(ofError: systemError))"
        switch systemError {
        case EACCES, EPERM, EROFS:
            return StorageError(
                .permissionDenied,
                "\(words). This user must be allowed to read the file; all but export and imports also write it and its folder."
            )
        case ENOENT, ENOTDIR, EISDIR, ENAMETOOLONG:
            return StorageError(.cannotCreate, "\(words). Create its folder, or choose another place.")
        default: return StorageError(.other, words)
        }
    }

    /// The error as a ``StorageError``. SQLite's message names tables, columns and constraints, never a value.
    func storageError(table: String?) -> StorageError {
        switch code & 0xFF {
        case SQLITE_CONSTRAINT: return violation(table: table)
        case SQLITE_BUSY, SQLITE_LOCKED, SQLITE_INTERRUPT, SQLITE_PROTOCOL:
            return StorageError(.contention, "the database is locked by another connection", table: table)
        case SQLITE_NOMEM: return StorageError(.unavailable, "SQLite had no memory", table: table)
        case SQLITE_FULL: return StorageError(.full, "the disk, or the database, is full", table: table)
        case SQLITE_READONLY: return StorageError(.readOnly, "the database is read-only", table: table)
        case SQLITE_NOTADB: return StorageError(.schemaMismatch, "the file is not a SQLite database", table: table)
        case SQLITE_PERM, SQLITE_AUTH: return StorageError(.permissionDenied, message, table: table)
        case SQLITE_TOOBIG: return StorageError(.invalidValue, "a value is too large for SQLite", table: table)
        case SQLITE_MISMATCH: return StorageError(.invalidValue, "an id that is not an integer", table: table)
        case SQLITE_IOERR, SQLITE_CANTOPEN: return inputOutputError(table: table)
        case SQLITE_ERROR where message.hasPrefix("no such table") || message.hasPrefix("no such column"),
            SQLITE_ERROR where message.contains("has no column named"):
            return StorageError(.schemaMismatch, message, table: table)
        default: return StorageError(.other, "SQLite: \(message) (\(code))", table: table)
        }
    }

    private func inputOutputError(table: String?) -> StorageError {
        switch systemError {
        case ENOSPC, EFBIG, EDQUOT: StorageError(.full, "the disk is full", table: table)
        case EROFS: StorageError(.readOnly, "the file system is read-only", table: table)
        case EACCES, EPERM:
            StorageError(.permissionDenied, SQLiteConnection.words(ofError: systemError), table: table)
        default: StorageError(.unavailable, "SQLite: \(message) (\(code))", table: table)
        }
    }

    /// `UNIQUE constraint failed: auth_user.username`, `CHECK constraint failed: <name>`.
    private func violation(table: String?) -> StorageError {
        let subject = message.split(separator: ": ", maxSplits: 1).dropFirst().first.map(String.init) ?? ""
        let places = subject.split(separator: ", ").map { $0.split(separator: ".", maxSplits: 1) }
        let columns = places.allSatisfy { $0.count == 2 } ? places.map { String($0[1]) } : []
        let named = columns.isEmpty ? table : places.first.map { String($0[0]) }
        let constraint = columns.isEmpty ? subject : columns.joined(separator: ",")
        let kind: StorageError.Kind =
            switch code >> 8 {
            case Self.unique, Self.primaryKey, Self.rowID: .uniqueViolation
            case Self.notNull: .notNullViolation
            case Self.foreignKey: .foreignKeyViolation
            case Self.check: .checkViolation
            default: .other
            }
        return .violation(kind, at: StorageError.Place(table: named, constraint: constraint, columns: columns))
    }

    // The second bytes of SQLITE_CONSTRAINT_CHECK and related codes: macros that Swift does not see.
    private static let check: Int32 = 1
    private static let foreignKey: Int32 = 3
    private static let notNull: Int32 = 5
    private static let primaryKey: Int32 = 6
    private static let unique: Int32 = 8
    private static let rowID: Int32 = 10
}
