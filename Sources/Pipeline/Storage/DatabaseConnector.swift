/// Opens the database that a URL names.
public enum DatabaseConnector {
    /// - Parameters:
    ///   - create: Whether a SQLite file that does not exist is created: for `migrate` only.
    /// - Throws: `.unavailable` if PostgreSQL cannot be reached, `.permissionDenied` if it or the file system
    ///   refuses, `.schemaMismatch` if the file is missing or not a database, or the server is too old.
    public static func open(
        _ url: DatabaseURL, create: Bool = false, timeouts: DatabaseTimeouts = DatabaseTimeouts()
    ) throws(StorageError) -> any Database {
        switch url.location {
        case .sqlite(let path):
            try SQLiteDatabase(path: path, access: create ? .creating : .writing, timeouts: timeouts)
        case .postgres(let text): try PostgresDatabase(url: text, timeouts: timeouts)
        }
    }

    /// Opens a database that is only read. Of a SQLite file it needs no more than the right to read it, also in a folder where
    /// nothing can be written; its form stays as it is. A transaction that reads ends with
    /// ``Database/endReading()``.
    public static func openForReading(
        _ url: DatabaseURL, timeouts: DatabaseTimeouts = DatabaseTimeouts()
    ) throws(StorageError) -> any Database {
        switch url.location {
        case .sqlite(let path): try SQLiteDatabase(path: path, access: .reading, timeouts: timeouts)
        case .postgres(let text): try PostgresDatabase(url: text, timeouts: timeouts)
        }
    }
}
