package import ExportFormat
package import Storage

/// Why an export has ended. Nothing was written then.
package enum ExtractionError: Error, Sendable, Equatable {
    /// The database.
    case storage(StorageError)
    /// A row that no export can hold, or the file.
    case export(ExportError)
}
